"""The words of the gate's refusals: a sentence and what to do, in each language of the product. Data."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

Words = Mapping[str, str]  # es, en, pt


class RefusalCode(StrEnum):
    """Why nothing may be sent to somebody; programs switch on it."""

    NO_CONNECTION = "no_connection"
    CONNECTION_PAUSED = "connection_paused"
    ACCOUNT_RESTRICTED = "account_restricted"
    CONTACT_BLOCKED = "contact_blocked"
    RECIPIENT_UNREACHABLE = "recipient_unreachable"
    WINDOW_CLOSED = "window_closed"
    TEMPLATE_UNKNOWN = "template_unknown"
    TEMPLATE_UNAVAILABLE = "template_unavailable"
    TEMPLATE_RECATEGORISED = "template_recategorised"
    COUNTRY_REFUSED = "country_refused"
    OPTED_OUT = "opted_out"
    NO_CONSENT = "no_consent"
    MARKETING_CAPPED = "marketing_capped"
    IN_EXPERIMENT = "in_experiment"


def _said(*, en: str, es: str, pt: str) -> Words:
    return {"en": en, "es": es, "pt": pt}


WORDS: Final[Mapping[RefusalCode, Words]] = {
    RefusalCode.NO_CONNECTION: _said(
        en="The number is not connected any more.",
        es="El número ya no está conectado.",
        pt="O número não está mais conectado.",
    ),
    RefusalCode.CONNECTION_PAUSED: _said(
        en="The number is paused: {reason}",
        es="El número está en pausa: {reason}",
        pt="O número está em pausa: {reason}",
    ),
    RefusalCode.ACCOUNT_RESTRICTED: _said(
        en="Meta lets this account write to nobody first until {restricted_until}.",
        es="Meta no deja que esta cuenta escriba primero a nadie hasta {restricted_until}.",
        pt="A Meta não deixa esta conta escrever primeiro a ninguém até {restricted_until}.",
    ),
    RefusalCode.CONTACT_BLOCKED: _said(
        en="This person is blocked.",
        es="Esta persona está bloqueada.",
        pt="Esta pessoa está bloqueada.",
    ),
    RefusalCode.RECIPIENT_UNREACHABLE: _said(
        en="No way to reach this person with this message is known.",
        es="No se conoce cómo hacer llegar este mensaje a esta persona.",
        pt="Não se conhece um modo de fazer chegar esta mensagem a esta pessoa.",
    ),
    RefusalCode.WINDOW_CLOSED: _said(
        en="The customer service window is closed, and only a template may be sent.",
        es="La ventana de atención está cerrada y solo se puede enviar una plantilla.",
        pt="A janela de atendimento está fechada e só pode ser enviado um modelo.",
    ),
    RefusalCode.TEMPLATE_UNKNOWN: _said(
        en="The number's WABA has no template {name} in {language}, as far as is known.",
        es="La WABA del número no tiene la plantilla {name} en {language}, que se sepa.",
        pt="Até onde se sabe, a WABA do número não tem o modelo {name} em {language}.",
    ),
    RefusalCode.TEMPLATE_UNAVAILABLE: _said(
        en="The template {name} ({language}) cannot be sent: it is {status}.",
        es="La plantilla {name} ({language}) no se puede enviar: está {status}.",
        pt="O modelo {name} ({language}) não pode ser enviado: está {status}.",
    ),
    RefusalCode.TEMPLATE_RECATEGORISED: _said(
        en="Meta files the template {name} ({language}) under {category} now; it was looked over as {looked_over_as}.",
        es="Meta clasifica ahora la plantilla {name} ({language}) como {category}; se revisó como {looked_over_as}.",
        pt="A Meta classifica agora o modelo {name} ({language}) como {category}; foi conferido como {looked_over_as}.",
    ),
    RefusalCode.COUNTRY_REFUSED: _said(
        en="WhatsApp does not deliver marketing templates to numbers of the United States.",
        es="WhatsApp no entrega plantillas de marketing a números de Estados Unidos.",
        pt="O WhatsApp não entrega modelos de marketing a números dos Estados Unidos.",
    ),
    RefusalCode.OPTED_OUT: _said(
        en="This person does not want to receive this kind of message.",
        es="Esta persona no quiere recibir este tipo de mensajes.",
        pt="Esta pessoa não quer receber este tipo de mensagens.",
    ),
    RefusalCode.NO_CONSENT: _said(
        en="This person has not agreed to receive marketing messages.",
        es="Esta persona no ha aceptado recibir mensajes de marketing.",
        pt="Esta pessoa não aceitou receber mensagens de marketing.",
    ),
    RefusalCode.MARKETING_CAPPED: _said(
        en="Less than 24 hours ago Meta kept marketing from this person, who has got much of it (131049).",
        es="Hace menos de 24 horas Meta no entregó marketing a esta persona, que ya recibe mucho (131049).",
        pt="Há menos de 24 horas a Meta não entregou marketing a esta pessoa, que já recebe muito (131049).",
    ),
    RefusalCode.IN_EXPERIMENT: _said(
        en="Meta keeps this template from this person, for an experiment of its own (130472).",
        es="Meta no entrega esta plantilla a esta persona, por un experimento suyo (130472).",
        pt="A Meta não entrega este modelo a esta pessoa, por um experimento dela (130472).",
    ),
}

FIXES: Final[Mapping[RefusalCode, Words]] = {
    RefusalCode.NO_CONNECTION: _said(
        en="Connect it again to go on.",
        es="Vuelve a conectarlo para seguir.",
        pt="Conecte-o de novo para continuar.",
    ),
    RefusalCode.CONNECTION_PAUSED: _said(
        en="See to the connection, then resume it.",
        es="Revisa la conexión y reanúdala.",
        pt="Verifique a conexão e retome-a.",
    ),
    RefusalCode.ACCOUNT_RESTRICTED: _said(
        en="Send it again after that; whoever writes meanwhile can be answered. The WhatsApp Manager says why.",
        es="Envíalo de nuevo después; a quien escriba mientras tanto se le puede responder. El administrador de WhatsApp dice por qué.",
        pt="Envie de novo depois disso; enquanto isso, dá para responder a quem escrever. O Gerenciador do WhatsApp diz por quê.",
    ),
    RefusalCode.CONTACT_BLOCKED: _said(
        en="Open the conversation again to write to them.",
        es="Vuelve a abrir la conversación para escribirle.",
        pt="Abra a conversa de novo para escrever para a pessoa.",
    ),
    RefusalCode.RECIPIENT_UNREACHABLE: _said(
        en="Ask the person for their phone number; codes for signing in need one.",
        es="Pide a la persona su número de teléfono; los códigos de acceso lo necesitan.",
        pt="Peça à pessoa o número de telefone; os códigos de acesso precisam dele.",
    ),
    RefusalCode.WINDOW_CLOSED: _said(
        en="Send an approved template; once the person writes, free text may be sent for 24 hours.",
        es="Envía una plantilla aprobada; cuando la persona escriba, se puede enviar texto libre durante 24 horas.",
        pt="Envie um modelo aprovado; quando a pessoa escrever, você pode enviar texto livre durante 24 horas.",
    ),
    RefusalCode.TEMPLATE_UNKNOWN: _said(
        en="Bring the list of templates up to date, or choose another one.",
        es="Actualiza la lista de plantillas o elige otra.",
        pt="Atualize a lista de modelos ou escolha outro.",
    ),
    RefusalCode.TEMPLATE_UNAVAILABLE: _said(
        en="Choose a template that Meta has approved; if this one is by now, bring the list of templates up to date.",
        es="Elige una plantilla que Meta haya aprobado; si esta ya lo está, actualiza la lista de plantillas.",
        pt="Escolha um modelo que a Meta tenha aprovado; se este já o está, atualize a lista de modelos.",
    ),
    RefusalCode.TEMPLATE_RECATEGORISED: _said(
        en="Look over again who would get it and what it costs, then go on.",
        es="Revisa otra vez quién lo recibiría y cuánto cuesta, y sigue.",
        pt="Confira de novo quem o receberia e quanto custa, e continue.",
    ),
    RefusalCode.COUNTRY_REFUSED: _said(
        en="Leave these numbers out, or send a utility template.",
        es="Deja fuera estos números o envía una plantilla de utilidad.",
        pt="Deixe estes números de fora ou envie um modelo de utilidade.",
    ),
    RefusalCode.OPTED_OUT: _said(
        en="Nothing, until the person says otherwise; then record their consent.",
        es="Nada, hasta que la persona diga otra cosa; entonces registra su consentimiento.",
        pt="Nada, até a pessoa dizer o contrário; então registre o consentimento.",
    ),
    RefusalCode.NO_CONSENT: _said(
        en="Ask for their consent and record it with its proof, one by one or as an import.",
        es="Pide su consentimiento y regístralo con su prueba, uno a uno o con una importación.",
        pt="Peça o consentimento e registre-o com a prova, um a um ou com uma importação.",
    ),
    RefusalCode.MARKETING_CAPPED: _said(
        en="Write to them in another campaign, a day after the last one at the earliest.",
        es="Escríbele en otra campaña, como pronto un día después de la última.",
        pt="Escreva em outra campanha, no mínimo um dia depois da última.",
    ),
    RefusalCode.IN_EXPERIMENT: _said(
        en="Send them another template.",
        es="Envíale otra plantilla.",
        pt="Envie outro modelo.",
    ),
}
