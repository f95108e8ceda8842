// Shows the line with the address under which this page was opened.

const line = document.querySelector("code");
line.textContent = line.textContent.replace("https://your-server", location.origin);
