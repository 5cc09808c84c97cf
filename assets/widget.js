// A chat button for any site:
//
//   <script src="https://bots.example.com/widget.js"
//           data-bot="1" defer></script>
//
// The bot has to allow the site (its "allowed origins"). data-label: the button's name;
// data-color: its background, any CSS colour; data-side="left" puts it at the left.
(() => {
  const script = document.currentScript;
  const { bot, label, color, side } = script.dataset;
  if (!/^\d+$/.test(bot ?? "") || document.getElementById(`alpina-chat-${bot}`)) return;
  const origin = new URL(script.src).origin;
  const russian = (document.documentElement.lang || navigator.language).startsWith("ru");
  const name = label || (russian ? "Чат с ботом" : "Chat with the bot");
  const place = side === "left" ? "left" : "right";

  const styled = (tag, styles, attributes = {}) => {
    const element = document.createElement(tag);
    Object.assign(element.style, styles);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const icon = (path) =>
    `<svg width="26" height="26" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"
      stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${path}"/></svg>`;
  const TALK = icon("M21 12a8 8 0 0 1-8 8H4l2.2-3.1A8 8 0 1 1 21 12Z");
  const CLOSE = icon("M18 6 6 18M6 6l12 12");

  const host = styled("div", {}, { id: `alpina-chat-${bot}` });
  const frame = styled(
    "iframe",
    {
      position: "fixed", [place]: "20px", bottom: "92px", zIndex: 2147483000, display: "none",
      width: "min(400px, calc(100vw - 40px))", height: "min(640px, calc(100dvh - 112px))",
      border: "0", borderRadius: "16px", background: "#fff", boxShadow: "0 12px 40px rgb(0 0 0 / 28%)",
    },
    { title: name, allow: "clipboard-write" },
  );
  const button = styled(
    "button",
    {
      position: "fixed", [place]: "20px", bottom: "20px", zIndex: 2147483000, display: "grid",
      placeItems: "center", width: "60px", height: "60px", padding: "0", border: "0", cursor: "pointer",
      borderRadius: "50%", background: "#3e63dd", color: "#fff", boxShadow: "0 6px 20px rgb(0 0 0 / 25%)",
    },
    { type: "button", "aria-expanded": "false", "aria-label": name, title: name },
  );
  if (color) button.style.background = color;
  button.innerHTML = TALK;

  const show = (open) => {
    // Loaded when it is wanted: the site's own page is not slowed.
    if (open && !frame.src) frame.src = `${origin}/chat/${bot}?embed=1`;
    frame.style.display = open ? "block" : "none";
    button.innerHTML = open ? CLOSE : TALK;
    button.setAttribute("aria-expanded", String(open));
    if (open) frame.focus();
    else button.focus();
  };
  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") show(false);
  });

  host.append(frame, button);
  const put = () => document.body.append(host);
  if (document.body) put();
  else document.addEventListener("DOMContentLoaded", put);
})();
