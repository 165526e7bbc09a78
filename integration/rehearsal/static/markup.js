/* HTML and text of comments: what an app or a comment may bring is rebuilt from an allow list, never taken over. */

const ALLOWED = new Set(
  "P BR DIV SPAN B STRONG I EM U S A UL OL LI BLOCKQUOTE CODE PRE H1 H2 H3 H4 HR TABLE THEAD TBODY TR TH TD".split(" "),
);
const DROPPED = new Set("SCRIPT STYLE TEMPLATE IFRAME OBJECT EMBED NOSCRIPT SVG MATH TITLE TEXTAREA SELECT".split(" "));
const BLOCKS = new Set("P DIV LI BLOCKQUOTE PRE H1 H2 H3 H4 TR UL OL".split(" "));
const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/* Return a fragment with the allowed elements of an HTML text and nothing else. */
export function safeFragment(html) {
  const source = new DOMParser().parseFromString(String(html), "text/html").body;
  const fragment = document.createDocumentFragment();
  copy(source, fragment);
  return fragment;
}

export function safeHtml(html) {
  const box = document.createElement("div");
  box.append(safeFragment(html));
  return box.innerHTML;
}

function copy(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      to.append(node.data);
    } else if (node.nodeType === Node.ELEMENT_NODE && !DROPPED.has(node.tagName.toUpperCase())) {
      const target = ALLOWED.has(node.tagName) ? document.createElement(node.tagName) : to;
      if (target !== to) {
        if (node.tagName === "A") copyLink(node, target);
        to.append(target);
      }
      copy(node, target);
    }
  }
}

function copyLink(from, to) {
  const address = from.getAttribute("href") || "";
  try {
    if (!SCHEMES.has(new URL(address).protocol)) return;
  } catch {
    return;
  }
  to.href = address;
  to.rel = "noopener noreferrer";
  to.target = "_blank";
}

export function escapeHtml(text) {
  const box = document.createElement("div");
  box.textContent = text;
  return box.innerHTML;
}

export function textToHtml(text) {
  const paragraphs = String(text).split(/\n{2,}/);
  return paragraphs.map((part) => `<p>${escapeHtml(part).replaceAll("\n", "<br>")}</p>`).join("");
}

export function htmlToText(html) {
  const parts = [];
  write(safeFragment(html), parts);
  return parts.join("").replace(/\n{3,}/g, "\n\n").trim();
}

function write(from, parts) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) parts.push(node.data);
    else if (node.tagName === "BR") parts.push("\n");
    else {
      const isBlock = BLOCKS.has(node.tagName);
      if (node.tagName === "LI") parts.push("- ");
      write(node, parts);
      if (isBlock) parts.push(node.tagName === "P" ? "\n\n" : "\n");
    }
  }
}

/* Enough Markdown for macros: paragraphs, lists, bold, italic, code, links. */
export function markdownToHtml(text) {
  const blocks = String(text).split(/\n{2,}/).map((block) => {
    const lines = block.split("\n");
    if (lines.every((line) => /^[-*] /.test(line))) {
      return `<ul>${lines.map((line) => `<li>${inline(line.slice(2))}</li>`).join("")}</ul>`;
    }
    return `<p>${lines.map(inline).join("<br>")}</p>`;
  });
  return safeHtml(blocks.join(""));
}

function inline(text) {
  return escapeHtml(text)
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
    .replace(/\*([^*]+)\*/g, "<em>$1</em>")
    .replace(/\[([^\]]+)\]\(([^)"\s]+)\)/g, '<a href="$2">$1</a>');
}
