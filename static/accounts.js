// A passkey that was not given: say so on the page, not only in the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey_problem").hidden = false;
});
