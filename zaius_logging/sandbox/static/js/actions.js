// Copying, saving, and saying so.

const notice = document.getElementById("notice");
let timer = 0;

export function notify(text) {
  notice.textContent = text;
  notice.classList.add("shown");
  clearTimeout(timer);
  timer = setTimeout(() => notice.classList.remove("shown"), 2500);
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    notify(`${what} copied`);
  } catch {
    notify("The browser does not let the page copy");
  }
}

export function save(parts, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(parts, { type: "application/x-ndjson" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Asks the sandbox; gives its answer, or null after saying what is wrong. */
export async function ask(path, { method = "GET", body = undefined, quiet = false } = {}) {
  try {
    const answer = await fetch(path, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const document = await answer.json();
    if (answer.ok) return document;
    if (!quiet) notify(document.message ?? `The sandbox answered ${answer.status}`);
  } catch {
    if (!quiet) notify("The sandbox does not answer");
  }
  return null;
}
