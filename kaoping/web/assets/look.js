// How the reader wants pages to look, set before anything is drawn: dark or light, and how large.
(function () {
  "use strict";
  var root = document.documentElement;
  function kept(name) {
    try { return window.localStorage.getItem("kaoping." + name) || ""; } catch (error) { return ""; }
  }
  root.classList.add("scripted");
  if (kept("look") === "dark" || kept("look") === "light") root.dataset.look = kept("look");
  if (/^(90|115|130|150|175)$/.test(kept("size"))) root.dataset.size = kept("size");
})();
