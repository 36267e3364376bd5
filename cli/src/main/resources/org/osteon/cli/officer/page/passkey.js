"use strict";
// The one script of these pages: asks the browser for a passkey and puts its answer into the form.
(() => {
  const ceremony = document.querySelector("[data-ceremony]");
  const form = ceremony.closest("form");
  const failed = document.getElementById("failed");

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (c) => c.charCodeAt(0));
  };
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  const get = (data) =>
    navigator.credentials.get({
      publicKey: {
        challenge: bytes(data.challenge),
        rpId: data.rp,
        allowCredentials: [{ type: "public-key", id: bytes(data.credential) }],
        userVerification: "required",
      },
    });
  const create = (data) =>
    navigator.credentials.create({
      publicKey: {
        challenge: bytes(data.challenge),
        rp: { id: data.rp, name: "Osteon" },
        user: { id: bytes(data.user), name: data.name, displayName: data.name },
        pubKeyCredParams: [{ type: "public-key", alg: -7 }],
        authenticatorSelection: { userVerification: "required", residentKey: "preferred" },
        attestation: "none",
      },
    });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    try {
      const made = await (ceremony.dataset.ceremony === "get" ? get(ceremony.dataset) : create(ceremony.dataset));
      const answer = made.response;
      const data = answer.authenticatorData || answer.getAuthenticatorData();
      form.elements.authenticatorData.value = text(data);
      form.elements.clientData.value = text(answer.clientDataJSON);
      if (answer.signature) {
        form.elements.signature.value = text(answer.signature);
      }
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
})();
