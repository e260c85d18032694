// What makes reading easier, and nothing that a page cannot do without: keys, size and look, and word that the ledger has changed.
// No sentence stands here: what is told is in the page, hidden until it is wanted.
(function () {
  "use strict";
  var root = document.documentElement;
  var SIZES = ["90", "100", "115", "130", "150", "175"];
  var EVERY = 10000; // ms between two questions whether the ledger has changed
  var LONGEST = 1500; // ms that the second key of two may take

  function keep(name, value) {
    try {
      if (value) window.localStorage.setItem("kaoping." + name, value);
      else window.localStorage.removeItem("kaoping." + name);
    } catch (error) { /* a browser that keeps nothing still shows it */ }
  }
  function kept(name) {
    try { return window.localStorage.getItem("kaoping." + name) || ""; } catch (error) { return ""; }
  }
  function find(selector) { return document.querySelector(selector); }
  function every(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); }

  // -- size and look
  function resize(step) {
    var at = SIZES.indexOf(root.dataset.size || "100") + step;
    if (at < 0 || at >= SIZES.length) return;
    if (SIZES[at] === "100") delete root.dataset.size;
    else root.dataset.size = SIZES[at];
    keep("size", root.dataset.size || "");
    document.dispatchEvent(new CustomEvent("kaoping:look"));
  }
  function isDark() {
    return root.dataset.look ? root.dataset.look === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
  }
  function turn() {
    root.dataset.look = isDark() ? "light" : "dark";
    keep("look", root.dataset.look);
    tellLook();
    document.dispatchEvent(new CustomEvent("kaoping:look"));
  }
  function tellLook() {
    every("[data-act=look]").forEach(function (button) { button.setAttribute("aria-pressed", String(isDark())); });
  }

  // -- keys
  var first = 0; // when g was pressed
  function isWriting(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }
  function usesKeys() { return kept("keys") !== "off"; }
  function rows() {
    return every("#main tbody tr").filter(function (row) { return row.offsetParent !== null; });
  }
  function step(by) {
    var all = rows();
    var here = document.activeElement && document.activeElement.closest("tr");
    var at = all.indexOf(here);
    var next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by];
    if (!next) return;
    var target = next.querySelector("a[href]") || next;
    if (target === next) next.tabIndex = -1;
    target.focus();
    next.scrollIntoView({ block: "nearest" });
  }
  function sheet() {
    var dialog = find("#keys");
    if (!dialog || !dialog.showModal) return;
    if (dialog.open) dialog.close();
    else dialog.showModal();
  }
  function follow(selector) {
    var link = find(selector);
    if (link) link.click();
    return Boolean(link);
  }
  function focus(selector) {
    var target = find(selector);
    if (target) { target.focus(); if (target.select) target.select(); }
    return Boolean(target);
  }
  function press(key) {
    if (Date.now() - first < LONGEST) {
      first = 0;
      return /^[a-z]$/.test(key) && follow("header [data-key='" + key + "']");
    }
    switch (key) {
      case "?": sheet(); return true;
      case "j": step(1); return true;
      case "k": step(-1); return true;
      case "/": return focus("#search");
      case "f": return focus("#filter");
      case "e": return focus("#exports a");
      case "[": return follow("[data-key='[']");
      case "]": return follow("[data-key=']']");
      case "g": first = Date.now(); return true;
      default: return false;
    }
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || isWriting(event.target)) return;
    if (!usesKeys() && event.key !== "?") return;
    var dialog = find("#keys");
    if (dialog && dialog.open && event.key !== "?") return;
    if (press(event.key)) event.preventDefault();
  });

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-act]");
    if (!button) return;
    var acts = {
      smaller: function () { resize(-1); },
      larger: function () { resize(1); },
      look: turn,
      keys: sheet,
      print: function () { window.print(); },
      reload: function () { window.location.reload(); },
      later: function () { find("#changed").hidden = true; }
    };
    if (acts[button.dataset.act]) acts[button.dataset.act]();
  });
  document.addEventListener("change", function (event) {
    if (event.target.id === "use-keys") keep("keys", event.target.checked ? "" : "off");
  });

  // -- whether the ledger has changed since what is shown was drawn: told, and nothing that is being read is exchanged
  var told = "", passed = ""; // the head that was told of, and the one that what is shown was drawn from then
  function drawn() { return find("#page").dataset.head || ""; }
  function ask() {
    var from = drawn();
    if (!from || document.hidden || !find("#changed").hidden) return;
    window.fetch("/head", { headers: { "If-None-Match": '"' + (told || from) + '"' }, credentials: "same-origin", cache: "no-store" })
      .then(function (answer) { return answer.status === 200 ? answer.text() : ""; })
      .then(function (head) {
        head = head.trim();
        if (!head || head === told || head === drawn()) return;
        told = head;
        passed = drawn();
        find("#changed").hidden = false;
      })
      .catch(function () { /* the desk is closed, or the network is gone: what is shown stays */ });
  }
  function fits() { // rows that were narrowed since are those of the ledger as it is
    if (drawn() !== passed) find("#changed").hidden = true;
  }

  every("[data-scripted]").forEach(function (one) { one.hidden = false; });
  var use = find("#use-keys");
  if (use) use.checked = usesKeys();
  tellLook();
  if (drawn()) {
    window.setInterval(ask, EVERY);
    document.addEventListener("htmx:after:swap", fits);
    document.addEventListener("visibilitychange", ask);
    document.addEventListener("kaoping:ask", ask);
  }
})();
