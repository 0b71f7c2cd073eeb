/** The front end's only requests. Every failure is an HttpError with the site's error shape: code, message, fields. */

/** A refused or failed request; `status` is 0 where no answer came. */
export class HttpError extends Error {
  constructor({ status, code, message, fields = {} }) {
    super(message);
    this.name = "HttpError";
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

function headers(extra = {}) {
  const token = document.querySelector("meta[name=csrf-token]")?.content;
  return { Accept: "application/json", ...(token ? { "X-CSRFToken": token } : {}), ...extra };
}

function offline() {
  return new HttpError({ status: 0, code: "offline", message: "The site cannot be reached. Check the connection." });
}

/** Turns an answer's text into its JSON, or throws it as an HttpError. */
function answerOf(status, text) {
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    // An answer that is no JSON comes from something in front of the site, or is its page for people.
  }
  if (status >= 200 && status < 300) return body;
  throw new HttpError({
    status,
    code: body?.code ?? `http_${status}`,
    message: body?.message ?? `The site answered ${status}. Try again in a moment.`,
    fields: body?.fields,
  });
}

async function fetched(url, options) {
  try {
    return await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw offline();
  }
}

/** Sends JSON (or nothing) and answers JSON (null for an empty answer). Throws HttpError. */
export async function request(url, { method = "GET", body, signal } = {}) {
  const options = { method, headers: headers(), signal };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetched(url, options);
  return answerOf(response.status, await response.text());
}

/** Answers a part of a page as markup. Throws HttpError. */
export async function html(url) {
  const response = await fetched(url, { headers: headers({ Accept: "text/html" }) });
  const text = await response.text();
  if (!response.ok) answerOf(response.status, text);
  return text;
}

/** Answers bytes. Throws HttpError; an AbortError where `signal` ended it. */
export async function bytes(url, { signal } = {}) {
  const response = await fetched(url, { headers: headers({ Accept: "*/*" }), signal });
  if (response.redirected) throw new HttpError({ status: 401, code: "not_authenticated", message: "You are logged out. Log in again." });
  if (!response.ok) answerOf(response.status, await response.text());
  return response.arrayBuffer();
}

/**
 * Posts form data and tells how far it is: `onProgress(share)` from 0 to 1. fetch cannot do that yet.
 * Answers `{status, body}`; throws HttpError.
 */
export function upload(url, formData, { onProgress = () => {} } = {}) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", url);
    for (const [name, value] of Object.entries(headers())) xhr.setRequestHeader(name, value);
    xhr.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable && event.total) onProgress(event.loaded / event.total);
    });
    xhr.addEventListener("load", () => {
      try {
        resolve({ status: xhr.status, body: answerOf(xhr.status, xhr.responseText) });
      } catch (error) {
        reject(error);
      }
    });
    xhr.addEventListener("error", () => reject(offline()));
    xhr.addEventListener("abort", () => reject(offline()));
    xhr.send(formData);
  });
}
