"""Examples of the OpenAPI document, by the name of their schema. A test holds them to it."""

from typing import Any, Final

_MADE: Final = "2026-11-23T10:00:00.123456Z"
_TIMES: Final = {"created_at": _MADE, "updated_at": _MADE}
_BOT: Final = {
    "name": "Бот-консультант",
    "description": "Бот для консультаций",
    "bot_type": "chat",
    "gpt_model": "gpt-3.5-turbo",
    "creativity_level": 0.7,
    "max_tokens": 1000,
    "system_prompt": "Ты полезный ассистент для консультаций.",
    "is_active": True,
}
_SCENARIO: Final = {
    "name": "Сценарий приветствия",
    "description": "Базовый сценарий знакомства с пользователем",
    "bot": 1,
    "initial_step": None,
    "is_active": True,
}
_STEP: Final = {
    "name": "Имя",
    "step_type": "question",
    "scenario": 1,
    "content": {"text": "Как вас зовут?", "save_to": "имя", "input": {"type": "text"}},
    "order": 1,
    "next_step": None,
}
_EXECUTION: Final = {
    "bot": 1,
    "scenario": 1,
    "user_session": "user_123",
    "current_step": 1,
    "conversation_history": [
        {"role": "user", "content": "Привет!"},
        {"role": "assistant", "content": "Как вас зовут?"},
    ],
    "is_completed": False,
}
_REPLY: Final = {
    "response": "Как вас зовут?",
    "messages": [{"role": "assistant", "content": "Как вас зовут?", "step": 1}],
    "execution_id": 1,
    "user_session": "user_123",
    "scenario": 1,
    "current_step": 1,
    "is_completed": False,
    "input": {"type": "text", "required": True},
    "usage": None,
}

EXAMPLES: Final[dict[str, Any]] = {
    "Bot": {"id": 1, **_BOT, "created_by": 1, **_TIMES, "start_scenario": None},
    "BotInput": _BOT,
    "BotPatch": {"is_active": False},
    "Scenario": {"id": 1, **_SCENARIO, **_TIMES},
    "ScenarioInput": {"name": "Сценарий приветствия", "bot": 1},
    "ScenarioPatch": {"initial_step": 1},
    "Step": {"id": 1, **_STEP, **_TIMES},
    "StepInput": _STEP,
    "StepPatch": {"next_step": 2},
    "BotExecution": {"id": 1, **_EXECUTION, **_TIMES, "variables": {"имя": "Анна"}},
    "BotExecutionInput": {"bot": 1, "user_session": "user_123"},
    "BotExecutionPatch": {"is_completed": True},
    "ChatInput": {
        "message": "Привет! Расскажи о возможностях системы",
        "user_session": "user_123",
    },
    "ChatReply": _REPLY,
    "Check": {
        "ok": True,
        "findings": [
            {
                "code": "unreachable",
                "severity": "warning",
                "step": 2,
                "path": "",
                "message": "До этого шага не дойти.",
                "mend": None,
            }
        ],
    },
    "TraceEvent": {
        "seq": 1,
        "step": 1,
        "step_type": "question",
        "started_at": _MADE,
        "duration_ms": 0,
        "input": "Анна",
        "output": None,
        "variables_set": {"имя": "Анна"},
        "exit": "next",
        "warnings": [],
        "error": None,
        "tokens": None,
    },
    "BotFile": {
        "format": "alpina-bot",
        "version": 1,
        "bot": _BOT,
        "start_scenario": "scenario-1",
        "secrets": [],
        "scenarios": [
            {
                "key": "scenario-1",
                "name": "Сценарий приветствия",
                "description": "",
                "is_active": True,
                "initial_step": None,
                "steps": [
                    {
                        "key": "step-1",
                        "name": "Привет",
                        "step_type": "message",
                        "content": {"text": "Здравствуйте!"},
                        "order": 0,
                        "next_step": None,
                        "position": None,
                    }
                ],
            }
        ],
    },
    "CopyInput": {"name": "Сценарий приветствия, вариант"},
    "FieldErrors": {"name": ["This field is required."]},
    "Links": {
        name: f"http://127.0.0.1:8000/api/{name}/"
        for name in ("bots", "scenarios", "steps", "executions")
    },
}
EXAMPLES["Info"] = {
    "name": "alpina_digital API",
    "version": "1.0",
    "endpoints": EXAMPLES["Links"],
}
for _name in ("Bot", "Scenario", "Step", "BotExecution"):
    EXAMPLES[f"{_name}Page"] = {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [EXAMPLES[_name]],
    }
