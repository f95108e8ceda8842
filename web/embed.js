// Puts a button into the corner of another site's page that opens the chat in a frame.
// <script src="https://.../chat/embed.js" async></script>

(() => {
  const WORDS = "__WORDS__";
  const home = new URL("/chat/", document.currentScript.src);

  const place = { position: "fixed", right: "16px", zIndex: "2147483000" };
  const button = document.createElement("button");
  const frame = document.createElement("iframe");

  button.type = "button";
  button.textContent = WORDS.open;
  button.setAttribute("aria-expanded", "false");
  Object.assign(button.style, place, {
    bottom: "16px",
    minHeight: "48px",
    padding: "10px 18px",
    border: "2px solid #ffffff",
    borderRadius: "24px",
    background: "#0b4f6c",
    color: "#ffffff",
    font: "600 17px system-ui, sans-serif",
    cursor: "pointer",
  });

  frame.title = WORDS.title;
  frame.hidden = true;
  frame.allow = "clipboard-write";
  Object.assign(frame.style, place, {
    bottom: "76px",
    width: "min(440px, calc(100vw - 32px))",
    height: "min(720px, calc(100vh - 96px))",
    border: "2px solid #0b4f6c",
    borderRadius: "14px",
    background: "#ffffff",
  });

  button.addEventListener("click", () => {
    frame.src ||= home.href;
    frame.hidden = !frame.hidden;
    button.textContent = frame.hidden ? WORDS.open : WORDS.close;
    button.setAttribute("aria-expanded", String(!frame.hidden));
  });

  const add = () => document.body.append(button, frame);
  if (document.body) add();
  else addEventListener("DOMContentLoaded", add);
})();
