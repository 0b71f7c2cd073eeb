/** What htmx is answered once the session has ended is the login page: that is shown as a page, not inside this one. */
export function startSessionGuard() {
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    const asked = new URL(requestConfig.path, location.href).pathname;
    if (new URL(xhr.responseURL || asked, location.href).pathname === asked) return;
    event.preventDefault();
    location.reload();
  });
}
