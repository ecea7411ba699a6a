"""What a template that is sent says: the texts put into it, and the code of one for authentication."""

from collections.abc import Iterable

from curbe.domain.template import (
    BodyComponent,
    ButtonComponent,
    CarouselComponent,
    Component,
    CurrencyParameter,
    DateTimeParameter,
    HeaderComponent,
    TemplateContent,
    TextParameter,
    UrlParameter,
)


def passcode_in(template: TemplateContent) -> tuple[str, str] | None:
    """Return the text that a template carries in its body and again in its first link, as one for authentication does, and its field.

    Others may do the same, with the number of an order, say: only the template's category tells [Meta: authentication templates].
    """
    links = {
        parameter.text
        for component in template.components
        if isinstance(component, ButtonComponent)
        for parameter in component.parameters
        if isinstance(parameter, UrlParameter)
    }
    for n, component in enumerate(template.components):
        if isinstance(component, BodyComponent) and len(component.parameters) == 1:
            (only,) = component.parameters
            if isinstance(only, TextParameter) and only.text in links:
                return f"template.components[{n}].parameters[0].text", only.text
    return None


def words_in_template(template: TemplateContent) -> str:
    """Return what can be found of a template that was sent: its name, then the texts that were put in, a line each."""
    return "\n".join([template.name, *_texts(template.components)])


def _texts(components: Iterable[Component | HeaderComponent | BodyComponent | ButtonComponent]) -> list[str]:
    texts: list[str] = []
    for component in components:
        match component:
            case HeaderComponent(parameters=parameters):
                texts += [each.text for each in parameters if isinstance(each, TextParameter)]
            case BodyComponent(parameters=parameters):
                texts += [_text(each) for each in parameters]
            case CarouselComponent(cards=cards):
                for card in cards:
                    texts += _texts(card.components)
            case _:
                pass
    return texts


def _text(parameter: TextParameter | CurrencyParameter | DateTimeParameter) -> str:
    match parameter:
        case TextParameter(text=text):
            return text
        case CurrencyParameter(currency=currency):
            return currency.fallback_value
        case DateTimeParameter(date_time=date_time):
            return date_time.fallback_value
