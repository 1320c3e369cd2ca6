
"use strict";
(() => {
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const heads = Array.from(table.tHead.rows[0].cells);
  const collator = new Intl.Collator("en", { numeric: true });
  const find = document.getElementById("find");
  const only = document.getElementById("only");
  const shown = document.getElementById("shown");

  const isNumber = (column) => column === 1 || (column > 1 && column < 8);
  const valueOf = (row, column) => {
    const cell = row.cells[column];
    return isNumber(column) ? Number(cell.dataset.v ?? cell.textContent) : cell.textContent;
  };

  const sort = (column) => {
    const head = heads[column];
    // Numbers are asked for the largest first, names for the first.
    const first = isNumber(column) && column !== 1 ? "descending" : "ascending";
    const second = first === "ascending" ? "descending" : "ascending";
    const order = head.getAttribute("aria-sort") === first ? second : first;
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const compare = isNumber(column) ? (a, b) => a - b : collator.compare;
    const keyed = rows.map((row) => [valueOf(row, column), row]);
    keyed.sort((a, b) => sign * compare(a[0], b[0]));
    body.append(...keyed.map((pair) => pair[1]));
  };

  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const fits = (!only.value || row.cells[1].textContent === only.value) && words.every((word) => text.includes(word));
      row.hidden = !fits;
      count += fits;
    }
    shown.textContent = count === rows.length ? "" : `${count} of ${rows.length}`;
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    if (head.title) button.setAttribute("aria-label", head.title);
    button.addEventListener("click", () => sort(column));
    head.append(button);
  });
  // A bar of the timeline leads to a row that the filter may hide.
  window.addEventListener("hashchange", () => {
    const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (row && row.hidden) {
      find.value = only.value = "";
      filter();
      row.scrollIntoView();
    }
  });
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((one) => { one.open = true; });
  });
  find.addEventListener("input", filter);
  only.addEventListener("input", filter);
  table.caption.append(" A heading sorts by its column.");
  document.querySelector(".tools").hidden = false;
})();
