// The keyboard.

/** `act` has a function for each key, and `escape`. */
export function listen(act) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    const typing = target.matches("input, textarea, select");
    if (event.key === "Escape") {
      if (typing) target.blur();
      else if (!document.querySelector("dialog[open]")) act.escape();
      return;
    }
    if (typing || document.querySelector("dialog[open]")) return;
    // Buttons and links have an Enter of their own.
    if (event.key === "Enter" && target.closest("button, a, summary")) return;
    const call = act[event.key];
    if (call === undefined) return;
    event.preventDefault();
    call();
  });
}
