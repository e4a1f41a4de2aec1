// The first step, while there is no event: how to send one here, ready to paste.

import { copy } from "./actions.js";
import { h, icon } from "./dom.js";

function samples(origin, keyKnown) {
  const key = keyKnown ? "the key given with --key" : "any";
  return [
    [
      "Our handler",
      "in your logging configuration",
      `import logging.config

logging.config.dictConfig({
    "version": 1,
    "handlers": {
        "zaius": {
            "class": "zaius_logging.ZaiusHandler",
            "endpoint": "${origin}/v3",
            "api_key": "${key}",
        },
    },
    "root": {"level": "INFO", "handlers": ["zaius"]},
})
logging.info("cart", extra={"zaius": {
    "type": "product", "action": "add_to_cart",
    "identifiers": {"email": "tyler@zaius.com"},
    "data": {"product_id": "123"},
}})`,
    ],
    [
      "curl",
      "or anything else that speaks HTTP",
      `curl ${origin}/v3/events -H 'x-api-key: ${key}' -H 'Content-Type: application/json' \\
  -d '[{"type":"product","action":"detail","identifiers":{"email":"tyler@zaius.com"},"data":{"product_id":"123"}}]'`,
    ],
    [
      "The official Python SDK",
      "its event manager",
      `manager.start(OdpConfig("${key}", "${origin}", []))`,
    ],
  ];
}

export function startPanel() {
  const panel = h("div", {
    class: "scroll",
    tabindex: "0",
    role: "region",
    "aria-label": "The first step",
  });
  return {
    panel,
    fill(info) {
      panel.replaceChildren(
        h(
          "div",
          { class: "start" },
          h("h2", {}, "Waiting for the first event"),
          h(
            "p",
            {},
            "What your shop would tell Zaius shows here as it arrives. Point a client at this sandbox:",
          ),
          samples(location.origin, info.key_known).map(([title, where, text]) => [
            h("h3", {}, title, " ", h("span", {}, where)),
            h(
              "div",
              { class: "coded" },
              h("pre", { class: "code", tabindex: "0", "aria-label": title }, h("code", {}, text)),
              h(
                "button",
                {
                  class: "button",
                  type: "button",
                  "aria-label": `Copy: ${title}`,
                  onclick: () => copy(text, title),
                },
                icon("copy"),
                "Copy",
              ),
            ),
          ]),
        ),
      );
    },
  };
}
