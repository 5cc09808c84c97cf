// The menu of narrow screens closes once it has led somewhere, on Esc, and on a click beside it.
(() => {
  const opened = () => document.querySelector("details.menu[open]");
  document.addEventListener("click", (event) => {
    const menu = opened();
    if (menu && (!menu.contains(event.target) || event.target.closest(".menu-sheet a"))) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = opened();
    if (menu && event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
})();
