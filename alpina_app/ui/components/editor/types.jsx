import { CircleQuestionMark, MessageSquare, Plug, Split } from "lucide-react";

export const STEP_TYPES = ["message", "question", "condition", "api_call"];

const ICONS = { message: MessageSquare, question: CircleQuestionMark, condition: Split, api_call: Plug };

export function TypeIcon({ type, size = 16 }) {
  const Icon = ICONS[type] ?? MessageSquare;
  return (
    <span className={`step-icon step-${type}`} aria-hidden="true">
      <Icon size={size} />
    </span>
  );
}
