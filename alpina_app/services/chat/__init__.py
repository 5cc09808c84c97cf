"""One chat turn: REST and the chat page call the same function.

`start_turn` queues a turn and returns it to be followed; `chat` waits for its reply.
"""

from alpina_app.services.chat.turn import chat, start_turn
from alpina_app.services.chat.types import BotInactive, ChatReply, ChatRequest

__all__ = ["BotInactive", "ChatReply", "ChatRequest", "chat", "start_turn"]
