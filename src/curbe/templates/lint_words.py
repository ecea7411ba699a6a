"""Meta's rules for templates by name: the sentence for each in three languages, and Meta's page about it. Data."""

from typing import Final

import msgspec

_NEW: Final = "https://developers.facebook.com/docs/business-messaging/whatsapp/templates"
_OLD: Final = "https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates"
OVERVIEW: Final = f"{_NEW}/overview"
COMPONENTS: Final = f"{_OLD}/components"
GUIDELINES: Final = "https://developers.facebook.com/docs/whatsapp/message-templates/guidelines"
CATEGORIES: Final = f"{_NEW}/template-categorization"
AUTHENTICATION: Final = f"{_NEW}/authentication-templates/authentication-templates"
OFFER: Final = f"{_OLD}/limited-time-offer-templates"
CAROUSEL: Final = f"{_OLD}/media-card-carousel-templates"
PRODUCTS: Final = f"{_OLD}/mpm-templates"
LANGUAGES: Final = f"{_OLD}/supported-languages"
TIME_TO_LIVE: Final = f"{_NEW}/time-to-live"
ERRORS: Final = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes"


class Rule(msgspec.Struct, frozen=True):
    """``page`` is Meta's; the sentences are for people and may name ``{limit}``, ``{count}`` and ``{name}``."""

    page: str
    en: str
    es: str
    pt: str


RULES: Final[dict[str, Rule]] = {
    # --- the template
    "more_findings": Rule(
        OVERVIEW,
        "There are {count} more findings, which are not listed.",
        "Hay {count} hallazgos más, que no se enumeran.",
        "Há mais {count} problemas, que não são listados.",
    ),
    "name_format": Rule(
        OVERVIEW,
        "The name takes small letters, digits and underscores, at most 512.",
        "El nombre lleva letras minúsculas, cifras y guiones bajos, 512 como máximo.",
        "O nome leva letras minúsculas, algarismos e sublinhados, no máximo 512.",
    ),
    "language_format": Rule(
        LANGUAGES,
        "The language is a code such as es, en_US or pt_BR.",
        "El idioma es un código como es, en_US o pt_BR.",
        "O idioma é um código como es, en_US ou pt_BR.",
    ),
    "category_unknown": Rule(
        CATEGORIES,
        "The category is MARKETING, UTILITY or AUTHENTICATION.",
        "La categoría es MARKETING, UTILITY o AUTHENTICATION.",
        "A categoria é MARKETING, UTILITY ou AUTHENTICATION.",
    ),
    "ttl_range": Rule(
        TIME_TO_LIVE,
        "For this category a message may wait {name} seconds.",
        "En esta categoría un mensaje puede esperar {name} segundos.",
        "Nesta categoria uma mensagem pode esperar {name} segundos.",
    ),
    "ttl_marketing": Rule(
        TIME_TO_LIVE,
        "Meta heeds how long marketing may wait on its Marketing Messages API alone, which is not used here: it has no effect.",
        "Meta solo respeta cuánto puede esperar el marketing en su API de Marketing Messages, que aquí no se usa: no tiene efecto.",
        "A Meta só respeita quanto o marketing pode esperar na sua API de Marketing Messages, que aqui não é usada: não tem efeito.",
    ),
    "component_unknown": Rule(
        COMPONENTS,
        "Meta knows no part called {name}.",
        "Meta no conoce ninguna parte llamada {name}.",
        "A Meta não conhece nenhuma parte chamada {name}.",
    ),
    "component_twice": Rule(
        COMPONENTS,
        "A template has one {name} at most.",
        "Una plantilla tiene como máximo un {name}.",
        "Um modelo tem no máximo um {name}.",
    ),
    "body_missing": Rule(
        COMPONENTS,
        "A template needs a text: its body.",
        "Una plantilla necesita un texto: su cuerpo.",
        "Um modelo precisa de um texto: o corpo.",
    ),
    # --- variables
    "variable_braces": Rule(
        GUIDELINES,
        "A variable is written {{{{1}}}} or {{{{first_name}}}}: two braces before and two behind.",
        "Una variable se escribe {{{{1}}}} o {{{{first_name}}}}: dos llaves delante y dos detrás.",
        "Uma variável se escreve {{{{1}}}} ou {{{{first_name}}}}: duas chaves antes e duas depois.",
    ),
    "variable_name": Rule(
        GUIDELINES,
        "“{name}” is no name of a variable: small letters, digits and underscores, beginning with a letter.",
        "«{name}» no vale como nombre de variable: letras minúsculas, cifras y guiones bajos, empezando por una letra.",
        "“{name}” não serve como nome de variável: letras minúsculas, algarismos e sublinhados, começando por uma letra.",
    ),
    "variables_mixed": Rule(
        OVERVIEW,
        "A template counts its variables or names them, not both.",
        "Una plantilla numera sus variables o les da nombre, no ambas cosas.",
        "Um modelo numera suas variáveis ou lhes dá nomes, não as duas coisas.",
    ),
    "parameter_format": Rule(
        OVERVIEW,
        "parameter_format says {name}, and the variables are not written so.",
        "parameter_format dice {name}, y las variables no están escritas así.",
        "parameter_format diz {name}, e as variáveis não estão escritas assim.",
    ),
    "variables_sequence": Rule(
        GUIDELINES,
        "Variables are counted from 1 without a gap: {{{{{count}}}}} is missing.",
        "Las variables se numeran desde 1 sin saltos: falta {{{{{count}}}}}.",
        "As variáveis são numeradas a partir de 1 sem saltos: falta {{{{{count}}}}}.",
    ),
    "variable_at_edge": Rule(
        ERRORS,
        "The text may not begin or end with a variable: put words around it.",
        "El texto no puede empezar ni terminar con una variable: ponle palabras alrededor.",
        "O texto não pode começar nem terminar com uma variável: ponha palavras em volta.",
    ),
    "variables_adjacent": Rule(
        GUIDELINES,
        "Two variables side by side are often refused: put words between them.",
        "Dos variables seguidas suelen rechazarse: pon palabras entre ellas.",
        "Duas variáveis seguidas costumam ser recusadas: ponha palavras entre elas.",
    ),
    "variables_ratio": Rule(
        ERRORS,
        "{count} variables are many for so few words. Meta does not say where the line is; {limit} words have been enough.",
        "{count} variables son muchas para tan pocas palabras. Meta no dice dónde está el límite; {limit} palabras han bastado.",
        "{count} variáveis são muitas para tão poucas palavras. A Meta não diz onde está o limite; {limit} palavras têm bastado.",
    ),
    "example_missing": Rule(
        COMPONENTS,
        "Give an example for each variable: whoever reviews the template reads it with them.",
        "Da un ejemplo de cada variable: quien revisa la plantilla la lee con ellos.",
        "Dê um exemplo de cada variável: quem revisa o modelo o lê com eles.",
    ),
    "example_count": Rule(
        COMPONENTS,
        "There are {count} examples for {limit} variables.",
        "Hay {count} ejemplos para {limit} variables.",
        "Há {count} exemplos para {limit} variáveis.",
    ),
    # --- header
    "header_format": Rule(
        COMPONENTS,
        "A header is TEXT, IMAGE, VIDEO, DOCUMENT, GIF, LOCATION or PRODUCT.",
        "Un encabezado es TEXT, IMAGE, VIDEO, DOCUMENT, GIF, LOCATION o PRODUCT.",
        "Um cabeçalho é TEXT, IMAGE, VIDEO, DOCUMENT, GIF, LOCATION ou PRODUCT.",
    ),
    "header_text_missing": Rule(
        COMPONENTS,
        "A header of text needs a text.",
        "Un encabezado de texto necesita un texto.",
        "Um cabeçalho de texto precisa de um texto.",
    ),
    "header_text_length": Rule(
        COMPONENTS,
        "The header has {count} characters; {limit} are allowed.",
        "El encabezado tiene {count} caracteres; se permiten {limit}.",
        "O cabeçalho tem {count} caracteres; são permitidos {limit}.",
    ),
    "header_text_signs": Rule(
        ERRORS,
        "A header has no line breaks, emojis, asterisks or other formatting.",
        "Un encabezado no lleva saltos de línea, emojis, asteriscos ni otro formato.",
        "Um cabeçalho não leva quebras de linha, emojis, asteriscos nem outra formatação.",
    ),
    "header_variables": Rule(
        COMPONENTS,
        "A header has one variable at most.",
        "Un encabezado tiene como máximo una variable.",
        "Um cabeçalho tem no máximo uma variável.",
    ),
    "header_gif": Rule(
        COMPONENTS,
        "Meta delivers a GIF in the header on its Marketing Messages API alone, which is not used here: such a template cannot be sent.",
        "Meta solo entrega un GIF en el encabezado por su API de Marketing Messages, que aquí no se usa: esa plantilla no se puede enviar.",
        "A Meta só entrega um GIF no cabeçalho pela sua API de Marketing Messages, que aqui não é usada: esse modelo não pode ser enviado.",
    ),
    "header_sample_missing": Rule(
        COMPONENTS,
        "Upload a sample file for the header: the review needs one. Each message may carry another.",
        "Sube un archivo de muestra para el encabezado: la revisión lo necesita. Cada mensaje puede llevar otro.",
        "Envie um arquivo de amostra para o cabeçalho: a revisão precisa dele. Cada mensagem pode levar outro.",
    ),
    # --- body and footer
    "body_text_missing": Rule(
        COMPONENTS,
        "The body needs a text.",
        "El cuerpo necesita un texto.",
        "O corpo precisa de um texto.",
    ),
    "body_length": Rule(
        COMPONENTS,
        "The body has {count} characters; {limit} are allowed.",
        "El cuerpo tiene {count} caracteres; se permiten {limit}.",
        "O corpo tem {count} caracteres; são permitidos {limit}.",
    ),
    "body_spacing": Rule(
        ERRORS,
        "The body has no tabs, no more than four spaces in a row and no more than two line breaks in a row.",
        "El cuerpo no lleva tabuladores, más de cuatro espacios seguidos ni más de dos saltos de línea seguidos.",
        "O corpo não leva tabulações, mais de quatro espaços seguidos nem mais de duas quebras de linha seguidas.",
    ),
    "footer_text_missing": Rule(
        COMPONENTS,
        "The footer needs a text, or goes.",
        "El pie necesita un texto, o se quita.",
        "O rodapé precisa de um texto, ou sai.",
    ),
    "footer_length": Rule(
        COMPONENTS,
        "The footer has {count} characters; {limit} are allowed.",
        "El pie tiene {count} caracteres; se permiten {limit}.",
        "O rodapé tem {count} caracteres; são permitidos {limit}.",
    ),
    "footer_variables": Rule(
        COMPONENTS,
        "A footer has no variables.",
        "Un pie no lleva variables.",
        "Um rodapé não leva variáveis.",
    ),
    "footer_signs": Rule(
        ERRORS,
        "A footer has no line breaks and no emojis.",
        "Un pie no lleva saltos de línea ni emojis.",
        "Um rodapé não leva quebras de linha nem emojis.",
    ),
    # --- buttons
    "buttons_count": Rule(
        COMPONENTS,
        "There are {count} buttons; 1 to {limit} are allowed.",
        "Hay {count} botones; se permiten de 1 a {limit}.",
        "Há {count} botões; são permitidos de 1 a {limit}.",
    ),
    "button_unknown": Rule(
        COMPONENTS,
        "We know no button called {name}; Meta may have learnt it since.",
        "No conocemos ningún botón llamado {name}; puede que Meta lo haya añadido.",
        "Não conhecemos nenhum botão chamado {name}; a Meta pode tê-lo acrescentado.",
    ),
    "button_kind_count": Rule(
        COMPONENTS,
        "There are {count} buttons of type {name}; {limit} are allowed.",
        "Hay {count} botones de tipo {name}; se permiten {limit}.",
        "Há {count} botões do tipo {name}; são permitidos {limit}.",
    ),
    "button_text_missing": Rule(
        COMPONENTS,
        "The button needs a text.",
        "El botón necesita un texto.",
        "O botão precisa de um texto.",
    ),
    "button_text_length": Rule(
        COMPONENTS,
        "The button's text has {count} characters; {limit} are allowed.",
        "El texto del botón tiene {count} caracteres; se permiten {limit}.",
        "O texto do botão tem {count} caracteres; são permitidos {limit}.",
    ),
    "button_text_signs": Rule(
        COMPONENTS,
        "A button's text has no variables and no line breaks.",
        "El texto de un botón no lleva variables ni saltos de línea.",
        "O texto de um botão não leva variáveis nem quebras de linha.",
    ),
    "quick_replies_apart": Rule(
        COMPONENTS,
        "Quick replies stand together: all before the other buttons, or all behind them.",
        "Las respuestas rápidas van juntas: todas antes de los demás botones, o todas después.",
        "As respostas rápidas ficam juntas: todas antes dos outros botões, ou todas depois.",
    ),
    "url_format": Rule(
        COMPONENTS,
        "The link is a whole address that begins with https:// or http://.",
        "El enlace es una dirección completa que empieza por https:// o http://.",
        "O link é um endereço completo que começa com https:// ou http://.",
    ),
    "url_length": Rule(
        COMPONENTS,
        "The link has {count} characters; {limit} are allowed.",
        "El enlace tiene {count} caracteres; se permiten {limit}.",
        "O link tem {count} caracteres; são permitidos {limit}.",
    ),
    "url_variable": Rule(
        COMPONENTS,
        "A link has one variable at most, at its very end.",
        "Un enlace lleva como máximo una variable, al final del todo.",
        "Um link leva no máximo uma variável, bem no final.",
    ),
    "phone_number": Rule(
        COMPONENTS,
        "The number to call has digits alone, with its country code, at most {limit}.",
        "El número al que se llama lleva solo cifras, con su prefijo de país, {limit} como máximo.",
        "O número a ligar leva só algarismos, com o código do país, no máximo {limit}.",
    ),
    "code_length": Rule(
        COMPONENTS,
        "The example of the code has 1 to {limit} characters.",
        "El ejemplo del código tiene de 1 a {limit} caracteres.",
        "O exemplo do código tem de 1 a {limit} caracteres.",
    ),
    "code_marketing_only": Rule(
        COMPONENTS,
        "A code to copy is for marketing templates alone.",
        "Un código para copiar es solo para plantillas de marketing.",
        "Um código para copiar é só para modelos de marketing.",
    ),
    "flow_missing": Rule(
        COMPONENTS,
        "A flow button names its form: one of flow_id, flow_name and flow_json.",
        "Un botón de formulario nombra el suyo: uno de flow_id, flow_name y flow_json.",
        "Um botão de formulário nomeia o seu: um de flow_id, flow_name e flow_json.",
    ),
    "catalogue_alone": Rule(
        PRODUCTS,
        "A catalogue button stands alone, in a marketing template.",
        "Un botón de catálogo va solo, en una plantilla de marketing.",
        "Um botão de catálogo fica sozinho, em um modelo de marketing.",
    ),
    "product_header": Rule(
        PRODUCTS,
        "A button that shows one product belongs to a header of format PRODUCT, and the other way round.",
        "Un botón que muestra un producto va con un encabezado PRODUCT, y al revés.",
        "Um botão que mostra um produto vai com um cabeçalho PRODUCT, e vice-versa.",
    ),
    "contact_info_text": Rule(
        COMPONENTS,
        "This button's text is left out, or exactly “Share Contact Info”.",
        "El texto de este botón se omite, o es exactamente «Share Contact Info».",
        "O texto deste botão é omitido, ou é exatamente “Share Contact Info”.",
    ),
    # --- authentication
    "otp_authentication_only": Rule(
        AUTHENTICATION,
        "A button for one-time codes is for authentication templates alone.",
        "Un botón de códigos de un solo uso es solo para plantillas de autenticación.",
        "Um botão de códigos de uso único é só para modelos de autenticação.",
    ),
    "authentication_text": Rule(
        AUTHENTICATION,
        "Meta writes the text of an authentication template itself: the body has no text of its own.",
        "El texto de una plantilla de autenticación lo escribe Meta: el cuerpo no lleva texto propio.",
        "O texto de um modelo de autenticação é escrito pela Meta: o corpo não leva texto próprio.",
    ),
    "authentication_parts": Rule(
        AUTHENTICATION,
        "An authentication template has a body, a footer and one button; no {name}.",
        "Una plantilla de autenticación tiene cuerpo, pie y un botón; no {name}.",
        "Um modelo de autenticação tem corpo, rodapé e um botão; não {name}.",
    ),
    "authentication_button": Rule(
        AUTHENTICATION,
        "An authentication template has exactly one button, of type OTP.",
        "Una plantilla de autenticación tiene exactamente un botón, de tipo OTP.",
        "Um modelo de autenticação tem exatamente um botão, do tipo OTP.",
    ),
    "expiration_minutes": Rule(
        AUTHENTICATION,
        "A code expires after 1 to {limit} minutes.",
        "Un código caduca después de 1 a {limit} minutos.",
        "Um código expira depois de 1 a {limit} minutos.",
    ),
    "otp_type": Rule(
        AUTHENTICATION,
        "otp_type is COPY_CODE, ONE_TAP or ZERO_TAP.",
        "otp_type es COPY_CODE, ONE_TAP o ZERO_TAP.",
        "otp_type é COPY_CODE, ONE_TAP ou ZERO_TAP.",
    ),
    "otp_apps": Rule(
        AUTHENTICATION,
        "The button names 1 to {limit} apps by package_name and signature_hash (11 characters).",
        "El botón nombra de 1 a {limit} aplicaciones con package_name y signature_hash (11 caracteres).",
        "O botão nomeia de 1 a {limit} aplicativos com package_name e signature_hash (11 caracteres).",
    ),
    "zero_tap_terms": Rule(
        AUTHENTICATION,
        "Zero-tap needs zero_tap_terms_accepted: true.",
        "Zero-tap necesita zero_tap_terms_accepted: true.",
        "Zero-tap precisa de zero_tap_terms_accepted: true.",
    ),
    # --- limited-time offers and carousels
    "offer_marketing_only": Rule(
        OFFER,
        "A limited-time offer is a marketing template.",
        "Una oferta por tiempo limitado es una plantilla de marketing.",
        "Uma oferta por tempo limitado é um modelo de marketing.",
    ),
    "offer_text": Rule(
        OFFER,
        "The offer's text has 1 to {limit} characters.",
        "El texto de la oferta tiene de 1 a {limit} caracteres.",
        "O texto da oferta tem de 1 a {limit} caracteres.",
    ),
    "offer_footer": Rule(
        OFFER,
        "A limited-time offer has no footer.",
        "Una oferta por tiempo limitado no lleva pie.",
        "Uma oferta por tempo limitado não leva rodapé.",
    ),
    "offer_header": Rule(
        OFFER,
        "The header of a limited-time offer is an image or a video.",
        "El encabezado de una oferta por tiempo limitado es una imagen o un vídeo.",
        "O cabeçalho de uma oferta por tempo limitado é uma imagem ou um vídeo.",
    ),
    "carousel_marketing_only": Rule(
        CAROUSEL,
        "A carousel is a marketing template.",
        "Un carrusel es una plantilla de marketing.",
        "Um carrossel é um modelo de marketing.",
    ),
    "carousel_parts": Rule(
        CAROUSEL,
        "Beside its cards a carousel has a body alone; no {name}.",
        "Además de sus tarjetas un carrusel solo tiene cuerpo; no {name}.",
        "Além dos cartões um carrossel só tem corpo; não {name}.",
    ),
    "carousel_count": Rule(
        CAROUSEL,
        "A carousel has 2 to {limit} cards; this one has {count}.",
        "Un carrusel tiene de 2 a {limit} tarjetas; este tiene {count}.",
        "Um carrossel tem de 2 a {limit} cartões; este tem {count}.",
    ),
    "card_header": Rule(
        CAROUSEL,
        "Each card has a header: an image, a video or a product.",
        "Cada tarjeta tiene un encabezado: una imagen, un vídeo o un producto.",
        "Cada cartão tem um cabeçalho: uma imagem, um vídeo ou um produto.",
    ),
    "card_buttons": Rule(
        CAROUSEL,
        "Each card has 1 or {limit} buttons.",
        "Cada tarjeta tiene 1 o {limit} botones.",
        "Cada cartão tem 1 ou {limit} botões.",
    ),
    "cards_alike": Rule(
        CAROUSEL,
        "All cards have the same parts: the same kind of header, with or without text, the same buttons.",
        "Todas las tarjetas tienen las mismas partes: el mismo tipo de encabezado, con o sin texto, los mismos botones.",
        "Todos os cartões têm as mesmas partes: o mesmo tipo de cabeçalho, com ou sem texto, os mesmos botões.",
    ),
}
