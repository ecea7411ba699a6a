"""One good sample of everything that can be sent, in the shape of the API and of Meta."""

from typing import Any, Final

LINK: Final = "https://files.example/picture.png"


def _under(header: dict[str, Any]) -> dict[str, Any]:
    """Return buttons under a header."""
    action = {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Sí"}}]}
    return {
        "type": "interactive",
        "interactive": {"type": "button", "header": header, "body": {"text": "¿Va bien?"}, "action": action},
    }


def _headed(*parameters: dict[str, Any]) -> dict[str, Any]:
    """Return a template with a header."""
    return _template({"type": "header", "parameters": list(parameters)})


def _pressed(sub_type: str, parameter: dict[str, Any]) -> dict[str, Any]:
    """Return a template with a button."""
    return _template({"type": "button", "sub_type": sub_type, "index": "0", "parameters": [parameter]})


def _template(*components: dict[str, Any]) -> dict[str, Any]:
    template = {"name": "spring", "language": {"code": "es"}, "components": list(components)}
    return {"type": "template", "template": template}


SAMPLES: Final[dict[str, dict[str, Any]]] = {
    "text": {"type": "text", "text": {"body": "¿Mañana a las 5?", "preview_url": False}},
    "image by link": {"type": "image", "image": {"link": LINK, "caption": "La sala"}},
    "image by id": {"type": "image", "image": {"id": "1234567890"}},
    "video": {"type": "video", "video": {"link": "https://files.example/v.mp4", "caption": "Un paseo"}},
    "audio": {"type": "audio", "audio": {"link": "https://files.example/a.mp3"}},
    "voice note": {"type": "audio", "audio": {"id": "1234567890", "voice": True}},
    "document": {
        "type": "document",
        "document": {"link": "https://files.example/f.pdf", "filename": "factura.pdf", "caption": "Factura"},
    },
    "sticker": {"type": "sticker", "sticker": {"id": "1234567890"}},
    "location": {
        "type": "location",
        "location": {"latitude": 41.39, "longitude": 2.17, "name": "Consulta", "address": "Calle Mayor 1"},
    },
    "contacts": {
        "type": "contacts",
        "contacts": [
            {
                "name": {"formatted_name": "Ana Ruiz", "first_name": "Ana"},
                "phones": [{"phone": "+34600111222", "type": "WORK", "wa_id": "34600111222"}],
                "emails": [{"email": "ana@example.com", "type": "WORK"}],
                "org": {"company": "Sol"},
            }
        ],
    },
    "reaction": {"type": "reaction", "reaction": {"message_id": "wamid.QUOTED", "emoji": "👍"}},
    "reaction removed": {"type": "reaction", "reaction": {"message_id": "wamid.QUOTED", "emoji": ""}},
    "buttons": {
        "type": "interactive",
        "interactive": {
            "type": "button",
            "header": {"type": "text", "text": "Cita"},
            "body": {"text": "¿Confirmas?"},
            "footer": {"text": "Clínica Sol"},
            "action": {
                "buttons": [
                    {"type": "reply", "reply": {"id": "yes", "title": "Sí"}},
                    {"type": "reply", "reply": {"id": "no", "title": "No"}},
                ]
            },
        },
    },
    "list": {
        "type": "interactive",
        "interactive": {
            "type": "list",
            "body": {"text": "Elige"},
            "action": {
                "button": "Horas",
                "sections": [
                    {"title": "Mañana", "rows": [{"id": "9", "title": "9:00", "description": "Sala 1"}]}
                ],
            },
        },
    },
    "cta_url": {
        "type": "interactive",
        "interactive": {
            "type": "cta_url",
            "body": {"text": "Tu factura"},
            "action": {
                "name": "cta_url",
                "parameters": {"display_text": "Abrir", "url": "https://example.com/f/1"},
            },
        },
    },
    "location request": {
        "type": "interactive",
        "interactive": {
            "type": "location_request_message",
            "body": {"text": "¿Dónde estás?"},
            "action": {"name": "send_location"},
        },
    },
    "contact request": {
        "type": "interactive",
        "interactive": {
            "type": "request_contact_info",
            "body": {"text": "¿Tu número?"},
            "action": {"name": "request_contact_info"},
        },
    },
    "flow": {
        "type": "interactive",
        "interactive": {
            "type": "flow",
            "body": {"text": "Reserva"},
            "action": {
                "name": "flow",
                "parameters": {
                    "flow_message_version": "3",
                    "flow_id": "777",
                    "flow_cta": "Reservar",
                    "flow_token": "t-1",
                    "flow_action": "navigate",
                    "flow_action_payload": {"screen": "FIRST", "data": {"name": "Ana"}},
                },
            },
        },
    },
    "product": {
        "type": "interactive",
        "interactive": {
            "type": "product",
            "body": {"text": "Este"},
            "action": {"catalog_id": "c1", "product_retailer_id": "p1"},
        },
    },
    "product list": {
        "type": "interactive",
        "interactive": {
            "type": "product_list",
            "header": {"type": "text", "text": "Oferta"},
            "body": {"text": "Mira"},
            "action": {
                "catalog_id": "c1",
                "sections": [{"title": "Uno", "product_items": [{"product_retailer_id": "p1"}]}],
            },
        },
    },
    "catalog": {
        "type": "interactive",
        "interactive": {
            "type": "catalog_message",
            "body": {"text": "Todo"},
            "action": {"name": "catalog_message", "parameters": {"thumbnail_product_retailer_id": "p1"}},
        },
    },
    "carousel": {
        "type": "interactive",
        "interactive": {
            "type": "carousel",
            "body": {"text": "Elige sala"},
            "action": {
                "cards": [
                    {
                        "card_index": index,
                        "type": "cta_url",
                        "header": {"type": "image", "image": {"link": LINK}},
                        "body": {"text": f"Sala {index}"},
                        "action": {
                            "name": "cta_url",
                            "parameters": {"display_text": "Ver", "url": "https://example.com/s"},
                        },
                    }
                    for index in range(2)
                ]
            },
        },
    },
    "buttons under an image": _under({"type": "image", "image": {"link": LINK}}),
    "buttons under a video": _under({"type": "video", "video": {"id": "1234567890"}}),
    "buttons under a document": _under(
        {"type": "document", "document": {"link": "https://files.example/f.pdf", "filename": "f.pdf"}}
    ),
    "carousel of products": {
        "type": "interactive",
        "interactive": {
            "type": "carousel",
            "body": {"text": "Elige"},
            "action": {
                "cards": [
                    {
                        "card_index": index,
                        "type": "product",
                        "action": {"product_retailer_id": f"p{index}", "catalog_id": "c1"},
                    }
                    for index in range(2)
                ]
            },
        },
    },
    "carousel of buttons": {
        "type": "interactive",
        "interactive": {
            "type": "carousel",
            "body": {"text": "Elige"},
            "action": {
                "cards": [
                    {
                        "card_index": index,
                        "type": "cta_url",
                        "header": {"type": "image", "image": {"link": LINK}},
                        "body": {"text": f"Sala {index}"},
                        "action": {
                            "buttons": [
                                {"type": "quick_reply", "quick_reply": {"id": f"s{index}", "title": "Esta"}},
                                {"type": "quick_reply", "quick_reply": {"id": f"m{index}", "title": "Más"}},
                            ]
                        },
                    }
                    for index in range(2)
                ]
            },
        },
    },
    "carousel of videos": {
        "type": "interactive",
        "interactive": {
            "type": "carousel",
            "body": {"text": "Elige"},
            "action": {
                "cards": [
                    {
                        "card_index": index,
                        "type": "cta_url",
                        "header": {"type": "video", "video": {"link": "https://files.example/v.mp4"}},
                        "action": {
                            "name": "cta_url",
                            "parameters": {"display_text": "Ver", "url": "https://example.com/s"},
                        },
                    }
                    for index in range(2)
                ]
            },
        },
    },
    "whole contact": {
        "type": "contacts",
        "contacts": [
            {
                "name": {"formatted_name": "Sra. Ana Ruiz", "last_name": "Ruiz", "prefix": "Sra."},
                "phones": [{"phone": "+34600111222", "type": "WORK"}],
                "urls": [{"url": "https://example.com", "type": "WORK"}],
                "addresses": [
                    {
                        "street": "Calle Mayor 1",
                        "city": "Sevilla",
                        "zip": "41001",
                        "country_code": "ES",
                        "type": "HOME",
                    }
                ],
                "org": {"company": "Sol", "department": "Citas", "title": "Directora"},
                "birthday": "1980-02-29",
            }
        ],
    },
    "template in order": {
        "type": "template",
        "template": {
            "name": "order_confirmation",
            "language": {"code": "es_ES"},
            "components": [
                {"type": "header", "parameters": [{"type": "image", "image": {"link": LINK}}]},
                {
                    "type": "body",
                    "parameters": [
                        {"type": "text", "text": "Ana"},
                        {
                            "type": "currency",
                            "currency": {"fallback_value": "12 €", "code": "EUR", "amount_1000": 12000},
                        },
                        {"type": "date_time", "date_time": {"fallback_value": "5 de mayo"}},
                    ],
                },
                {
                    "type": "button",
                    "sub_type": "url",
                    "index": "0",
                    "parameters": [{"type": "text", "text": "1042"}],
                },
                {
                    "type": "button",
                    "sub_type": "quick_reply",
                    "index": 1,
                    "parameters": [{"type": "payload", "payload": "ok"}],
                },
            ],
        },
    },
    "template by name": {
        "type": "template",
        "template": {
            "name": "welcome",
            "language": {"code": "pt"},
            "components": [
                {
                    "type": "body",
                    "parameters": [{"type": "text", "parameter_name": "first_name", "text": "Ana"}],
                }
            ],
        },
    },
    "authentication template": {
        "type": "template",
        "template": {
            "name": "login_code",
            "language": {"code": "en_US"},
            "components": [
                {"type": "body", "parameters": [{"type": "text", "text": "482913"}]},
                {
                    "type": "button",
                    "sub_type": "url",
                    "index": "0",
                    "parameters": [{"type": "text", "text": "482913"}],
                },
            ],
        },
    },
    "offer template": {
        "type": "template",
        "template": {
            "name": "summer_offer",
            "language": {"code": "es"},
            "components": [
                {
                    "type": "limited_time_offer",
                    "parameters": [
                        {
                            "type": "limited_time_offer",
                            "limited_time_offer": {"expiration_time_ms": 1795000000000},
                        }
                    ],
                },
                {
                    "type": "button",
                    "sub_type": "copy_code",
                    "index": "0",
                    "parameters": [{"type": "coupon_code", "coupon_code": "SOL20"}],
                },
            ],
        },
    },
    "carousel template": {
        "type": "template",
        "template": {
            "name": "rooms",
            "language": {"code": "es"},
            "components": [
                {"type": "body", "parameters": [{"type": "text", "text": "Ana"}]},
                {
                    "type": "carousel",
                    "cards": [
                        {
                            "card_index": 0,
                            "components": [
                                {
                                    "type": "header",
                                    "parameters": [{"type": "image", "image": {"id": "1234567890"}}],
                                },
                                {
                                    "type": "button",
                                    "sub_type": "quick_reply",
                                    "index": "0",
                                    "parameters": [{"type": "payload", "payload": "a"}],
                                },
                            ],
                        }
                    ],
                },
            ],
        },
    },
    "template without parameters": _template(),
    "template under a text": _headed({"type": "text", "text": "Primavera"}),
    "template under a video": _headed({"type": "video", "video": {"link": "https://files.example/v.mp4"}}),
    "template under a document": _headed(
        {"type": "document", "document": {"link": "https://files.example/f.pdf", "filename": "f.pdf"}}
    ),
    "template under a place": _headed(
        {
            "type": "location",
            "location": {"latitude": 41.39, "longitude": 2.17, "name": "Sol", "address": "Calle Mayor 1"},
        }
    ),
    "template under a product": _headed(
        {"type": "product", "product": {"product_retailer_id": "p1", "catalog_id": "c1"}}
    ),
    "template with a flow": _pressed(
        "flow", {"type": "action", "action": {"flow_token": "t-1", "flow_action_data": {"name": "Ana"}}}
    ),
    "template with a catalogue": _pressed(
        "catalog", {"type": "action", "action": {"thumbnail_product_retailer_id": "p1"}}
    ),
    "template with products": _pressed(
        "mpm",
        {
            "type": "action",
            "action": {
                "thumbnail_product_retailer_id": "p1",
                "sections": [{"title": "Uno", "product_items": [{"product_retailer_id": "p1"}]}],
            },
        },
    ),
    "template with a tappable image": _template(
        {"type": "header", "parameters": [{"type": "image", "image": {"link": LINK}}]},
        {
            "type": "tap_target_configuration",
            "parameters": [
                {
                    "type": "tap_target_configuration",
                    "tap_target_configuration": [{"url": "https://example.com/s", "title": "Ver"}],
                }
            ],
        },
    ),
    "template with a whole date": _template(
        {
            "type": "body",
            "parameters": [
                {
                    "type": "date_time",
                    "date_time": {
                        "fallback_value": "26 de marzo de 2027",
                        "calendar": "GREGORIAN",
                        "year": 2027,
                        "month": 3,
                        "day_of_month": 26,
                        "day_of_week": 5,
                        "hour": 10,
                        "minute": 50,
                    },
                }
            ],
        }
    ),
}
