"""What people read when a message failed, in Spanish, English and Portuguese: what happened, and what to do.

The English sentences stand in `codes`; here are their translations, and the sentences for failures that carry no code of Meta's. A test
holds the three languages together.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from curbe.channels.cloudapi.codes import CODES, known
from curbe.domain.failures import FailureKind


class Words(msgspec.Struct, frozen=True):
    """One sentence in each language."""

    en: str
    es: str
    pt: str


_KINDS: Final[Mapping[FailureKind, Words]] = {
    FailureKind.THROTTLED: Words(
        "Messages went out faster than Meta allows. Send it again in a while.",
        "Los mensajes salían más rápido de lo que Meta permite. Envíalo de nuevo dentro de un rato.",
        "As mensagens saíam mais rápido do que a Meta permite. Envie de novo daqui a pouco.",
    ),
    FailureKind.TRANSIENT: Words(
        "Meta could not take the message, and it was tried several times. Send it again later.",
        "Meta no pudo aceptar el mensaje tras varios intentos. Envíalo de nuevo más tarde.",
        "A Meta não conseguiu aceitar a mensagem depois de várias tentativas. Envie de novo mais tarde.",
    ),
    FailureKind.UNREACHABLE: Words(
        "Meta could not be reached for a whole day. Nothing was sent; send it again later.",
        "No se pudo contactar con Meta en todo un día. No se envió nada; envíalo de nuevo más tarde.",
        "Não foi possível contatar a Meta durante um dia inteiro. Nada foi enviado; envie de novo mais tarde.",
    ),
    FailureKind.STORAGE: Words(
        "The file of this message could not be read here for a whole day. Nothing was sent; send it again later.",
        "El archivo de este mensaje no se pudo leer aquí en todo un día. No se envió nada; envíalo de nuevo más tarde.",
        "O arquivo desta mensagem não pôde ser lido aqui durante um dia inteiro. Nada foi enviado; envie de novo mais tarde.",
    ),
    FailureKind.AMBIGUOUS: Words(
        "It is not known whether this message arrived. Ask the person before you send it again.",
        "No se sabe si este mensaje llegó. Pregunta a la persona antes de enviarlo otra vez.",
        "Não se sabe se esta mensagem chegou. Pergunte à pessoa antes de enviar outra vez.",
    ),
    FailureKind.WINDOW_CLOSED: Words(
        "More than 24 hours have passed since this person last wrote. Send a template instead.",
        "Han pasado más de 24 horas desde que esta persona escribió. Envía una plantilla.",
        "Passaram mais de 24 horas desde que esta pessoa escreveu. Envie um modelo.",
    ),
    FailureKind.RECIPIENT: Words(
        "This person cannot be reached. Try another way to contact them.",
        "No se puede llegar a esta persona. Prueba a contactarla de otra forma.",
        "Não é possível alcançar esta pessoa. Tente contatá-la de outra forma.",
    ),
    FailureKind.CONSENT: Words(
        "This person does not want such messages, or has not agreed to them. Nothing was sent.",
        "Esta persona no quiere este tipo de mensajes, o no los ha aceptado. No se envió nada.",
        "Esta pessoa não quer este tipo de mensagens, ou não as aceitou. Nada foi enviado.",
    ),
    FailureKind.BLOCKED: Words(
        "This person is blocked. Open the conversation again to write to them.",
        "Esta persona está bloqueada. Vuelve a abrir la conversación para escribirle.",
        "Esta pessoa está bloqueada. Abra a conversa de novo para escrever a ela.",
    ),
    FailureKind.WITHHELD: Words(
        "Meta keeps marketing from this person for now. Nothing was sent; send it again another day.",
        "Meta no entrega marketing a esta persona por ahora. No se envió nada; envíalo de nuevo otro día.",
        "A Meta não entrega marketing a esta pessoa por enquanto. Nada foi enviado; envie de novo outro dia.",
    ),
    FailureKind.CANCELLED: Words(
        "It was cancelled before it was sent. Send it again if it is still wanted.",
        "Se canceló antes de enviarse. Envíalo de nuevo si todavía hace falta.",
        "Foi cancelada antes de ser enviada. Envie de novo se ainda for preciso.",
    ),
    FailureKind.EXPIRED: Words(
        "It had to wait for longer than it was good for, so it was not sent. Send it again if it is still wanted.",
        "Tuvo que esperar más tiempo del que era válido y no se envió. Envíalo de nuevo si todavía hace falta.",
        "Teve que esperar mais tempo do que era válida e não foi enviada. Envie de novo se ainda for preciso.",
    ),
    FailureKind.TEMPLATE: Words(
        "Meta does not accept this template as it was sent. Check it, and send again.",
        "Meta no acepta esta plantilla tal como se envió. Revísala y envíala de nuevo.",
        "A Meta não aceita este modelo como foi enviado. Revise-o e envie de novo.",
    ),
    FailureKind.CREDENTIALS: Words(
        "Meta no longer accepts this number's access. An admin must connect the number again.",
        "Meta ya no acepta el acceso de este número. Un administrador debe conectarlo de nuevo.",
        "A Meta não aceita mais o acesso deste número. Um administrador precisa conectá-lo de novo.",
    ),
    FailureKind.ACCOUNT: Words(
        "Meta has restricted this account. An admin must look at it in the WhatsApp Manager.",
        "Meta ha restringido esta cuenta. Un administrador debe revisarla en el administrador de WhatsApp.",
        "A Meta restringiu esta conta. Um administrador precisa revisá-la no Gerenciador do WhatsApp.",
    ),
    FailureKind.INVALID_REQUEST: Words(
        "Meta found a mistake in the request. The operator must look at it.",
        "Meta encontró un error en la petición. Debe revisarlo quien opera la plataforma.",
        "A Meta encontrou um erro na solicitação. Quem opera a plataforma precisa revisá-lo.",
    ),
    FailureKind.UNLISTED: Words(
        "Meta could not deliver the message. Send it again later.",
        "Meta no pudo entregar el mensaje. Envíalo de nuevo más tarde.",
        "A Meta não conseguiu entregar a mensagem. Envie de novo mais tarde.",
    ),
}

# English sentence of `codes` -> Spanish, Portuguese (of Brazil, as in the product's screens).
_TRANSLATED: Final[Mapping[str, tuple[str, str]]] = {
    "This number's access lacks a permission. An admin must connect the number again.": (
        "Al acceso de este número le falta un permiso. Un administrador debe conectarlo de nuevo.",
        "Falta uma permissão ao acesso deste número. Um administrador precisa conectá-lo de novo.",
    ),
    "Meta could not deliver the message just now. Send it again in a while.": (
        "Meta no pudo entregar el mensaje en este momento. Envíalo de nuevo dentro de un rato.",
        "A Meta não conseguiu entregar a mensagem neste momento. Envie de novo daqui a pouco.",
    ),
    "The values filled into the template do not fit it. Check them, and send again.": (
        "Los datos no encajan con la plantilla. Revísalos y envíala de nuevo.",
        "Os dados não se encaixam no modelo. Revise-os e envie de novo.",
    ),
    "The number's two-step PIN was not accepted. An admin must register the number with the right one.": (
        "No se aceptó el PIN de dos pasos del número. Un administrador debe registrarlo con el correcto.",
        "O PIN de duas etapas do número não foi aceito. Um administrador precisa registrá-lo com o PIN certo.",
    ),
    "The number was registered or moved moments ago. Wait, then try again.": (
        "El número se acaba de registrar o mover. Espera y vuelve a intentarlo.",
        "O número acabou de ser registrado ou movido. Espere e tente de novo.",
    ),
    "Meta does not accept the template's text. Correct it, and submit it again.": (
        "Meta no acepta el texto de la plantilla. Corrígelo y vuelve a presentarla.",
        "A Meta não aceita o texto do modelo. Corrija-o e envie o modelo de novo para análise.",
    ),
    "The username cannot be had. An admin must look at it in the WhatsApp Manager.": (
        "Ese nombre de usuario no está disponible. Un administrador debe revisarlo en el administrador de WhatsApp.",
        "Esse nome de usuário não está disponível. Um administrador precisa revisá-lo no Gerenciador do WhatsApp.",
    ),
    "The number cannot be moved as it is. An admin must look at it in the WhatsApp Manager.": (
        "El número no se puede mover tal como está. Un administrador debe revisarlo en el administrador de WhatsApp.",
        "O número não pode ser movido como está. Um administrador precisa revisá-lo no Gerenciador do WhatsApp.",
    ),
    "The WhatsApp Business app's data can be synchronised only once. To do it again, connect the number anew.": (
        "Los datos de la app WhatsApp Business solo se sincronizan una vez. Para repetirlo, conecta el número de nuevo.",
        "Os dados do app WhatsApp Business só são sincronizados uma vez. Para repetir, conecte o número de novo.",
    ),
    "Meta gives the WhatsApp Business app's data within 24 hours of connecting. To ask for it again, connect the number anew.": (
        "Meta da los datos de la app WhatsApp Business solo 24 horas tras conectar. Para pedirlos otra vez, conecta el número de nuevo.",
        "A Meta dá os dados do app WhatsApp Business só nas 24 horas após conectar. Para pedi-los de novo, conecte o número de novo.",
    ),
    "Template insights are not available for this WhatsApp account. An admin can turn them on in the WhatsApp Manager.": (
        "Esta cuenta no tiene estadísticas de plantillas. Un administrador puede activarlas en el administrador de WhatsApp.",
        "As estatísticas de modelos não estão disponíveis para esta conta. Um administrador pode ativá-las no Gerenciador do WhatsApp.",
    ),
    "The business number is gone, or this access does not reach it. An admin must connect it again.": (
        "El número de la empresa ya no existe o este acceso no llega a él. Un administrador debe conectarlo de nuevo.",
        "O número da empresa não existe mais ou este acesso não o alcança. Um administrador precisa conectá-lo de novo.",
    ),
    "This person is blocked at Meta: in the WhatsApp Business app, or by another program. Unblock them there to write again.": (
        "Esta persona está bloqueada en Meta: en la app WhatsApp Business o desde otro programa. Desbloquéala allí para escribirle.",
        "Esta pessoa está bloqueada na Meta: no app WhatsApp Business ou por outro programa. Desbloqueie-a lá para escrever.",
    ),
    "Meta withheld this marketing message from this person. Do not send it to them again.": (
        "Meta no entregó este mensaje de marketing a esta persona. No se lo envíes otra vez.",
        "A Meta reteve esta mensagem de marketing. Não a envie de novo a esta pessoa.",
    ),
    "This account may not write to people in that country. Write from another account.": (
        "Esta cuenta no puede escribir a personas de ese país. Escribe desde otra cuenta.",
        "Esta conta não pode escrever para pessoas desse país. Escreva de outra conta.",
    ),
    "A number cannot write to itself. Check whom the message is for.": (
        "Un número no puede escribirse a sí mismo. Revisa el destinatario.",
        "Um número não pode escrever para si mesmo. Revise o destinatário.",
    ),
    "This person has no WhatsApp on that number, an old version of it, or has not accepted its terms. Try another way.": (
        "Esta persona no tiene WhatsApp en ese número, usa una versión antigua o no aceptó las condiciones. Prueba de otra forma.",
        "Esta pessoa não tem WhatsApp nesse número, usa uma versão antiga ou não aceitou os termos. Tente de outra forma.",
    ),
    "Meta has not approved this number's display name yet. Until then it cannot send; an admin can see how it stands.": (
        "Meta aún no ha aprobado el nombre visible de este número. Hasta entonces no envía; un administrador puede ver cómo va.",
        "A Meta ainda não aprovou o nome de exibição deste número. Até lá ele não envia; um administrador pode ver como está.",
    ),
    "The account has no valid payment method. An admin must add one in the WhatsApp Manager.": (
        "La cuenta no tiene un método de pago válido. Un administrador debe añadirlo en el administrador de WhatsApp.",
        "A conta não tem uma forma de pagamento válida. Um administrador precisa adicioná-la no Gerenciador do WhatsApp.",
    ),
    "The number's registration no longer holds. An admin must register it again.": (
        "El registro del número ya no es válido. Un administrador debe registrarlo de nuevo.",
        "O registro do número não vale mais. Um administrador precisa registrá-lo de novo.",
    ),
    "People have blocked or reported the number, so Meta refused this. Do not send it again today.": (
        "Hay personas que bloquearon o denunciaron el número, y Meta lo rechazó. No lo envíes de nuevo hoy.",
        "Houve pessoas que bloquearam ou denunciaram o número, e a Meta recusou. Não envie de novo hoje.",
    ),
    "Meta limits how much marketing this person gets. Do not send it again before tomorrow.": (
        "Meta limita el marketing que recibe esta persona. No lo envíes de nuevo antes de mañana.",
        "A Meta limita o marketing que esta pessoa recebe. Não envie de novo antes de amanhã.",
    ),
    "This person has asked not to receive marketing messages. Do not send them any.": (
        "Esta persona pidió no recibir mensajes de marketing. No se los envíes.",
        "Esta pessoa pediu para não receber mensagens de marketing. Não envie nenhuma.",
    ),
    "Meta does not support this type of message. Send another type.": (
        "Meta no admite este tipo de mensaje. Envía otro tipo.",
        "A Meta não aceita este tipo de mensagem. Envie outro tipo.",
    ),
    "Meta could not fetch the file that the person sent. Ask them to send it again.": (
        "Meta no pudo obtener el archivo que envió la persona. Pídele que lo mande de nuevo.",
        "A Meta não conseguiu obter o arquivo que a pessoa enviou. Peça que o envie de novo.",
    ),
    "Meta could not use the file. Check its type, its size and its address.": (
        "Meta no pudo usar el archivo. Revisa su tipo, su tamaño y su dirección.",
        "A Meta não conseguiu usar o arquivo. Revise o tipo, o tamanho e o endereço dele.",
    ),
    "Too many messages went to this person in a short time. Wait a while, then send it again.": (
        "Esta persona recibió demasiados mensajes en poco tiempo. Espera un rato y envíalo de nuevo.",
        "Esta pessoa recebeu mensagens demais em pouco tempo. Espere um pouco e envie de novo.",
    ),
    "Meta is upgrading the number. Send it again in a few minutes.": (
        "Meta está mejorando la capacidad del número. Envíalo de nuevo en unos minutos.",
        "A Meta está aumentando a capacidade do número. Envie de novo em alguns minutos.",
    ),
    "Meta refused the message with a code it does not explain. Ask whoever operates the platform.": (
        "Meta rechazó el mensaje con un código que no explica. Consulta con quien opera la plataforma.",
        "A Meta recusou a mensagem com um código que não explica. Fale com quem opera a plataforma.",
    ),
    "This kind of message needs the person's phone number, which they have not shared. Ask them for it.": (
        "Este tipo de mensaje necesita el teléfono de la persona, que no lo ha compartido. Pídeselo.",
        "Este tipo de mensagem precisa do telefone da pessoa, que não o compartilhou. Peça o número a ela.",
    ),
    "This account sends marketing only through Meta's Marketing Messages API. An admin can change that at Meta.": (
        "Esta cuenta solo envía marketing por la API de mensajes de marketing de Meta. Un administrador puede cambiarlo en Meta.",
        "Esta conta só envia marketing pela API de mensagens de marketing da Meta. Um administrador pode mudar isso na Meta.",
    ),
    "Meta limits this account's templates because some were filed under the wrong category. Check their categories.": (
        "Meta limita las plantillas de esta cuenta porque algunas tenían una categoría equivocada. Revisa sus categorías.",
        "A Meta limita os modelos desta conta porque alguns tinham a categoria errada. Revise as categorias.",
    ),
    "This person has not accepted WhatsApp's terms for groups. Write to them alone.": (
        "Esta persona no ha aceptado las condiciones de los grupos de WhatsApp. Escríbele directamente.",
        "Esta pessoa não aceitou os termos dos grupos do WhatsApp. Escreva diretamente para ela.",
    ),
    "There is no approved template of that name in that language. Choose another.": (
        "No hay ninguna plantilla aprobada con ese nombre en ese idioma. Elige otra.",
        "Não há nenhum modelo aprovado com esse nome nesse idioma. Escolha outro.",
    ),
    "Filled in, the template is too long. Shorten the values.": (
        "Con esos datos la plantilla es demasiado larga. Acórtalos.",
        "Com esses dados o modelo fica longo demais. Encurte-os.",
    ),
    "Meta has paused this template because of how people reacted to it. Use another.": (
        "Meta ha pausado esta plantilla por cómo reaccionaron las personas. Usa otra.",
        "A Meta pausou este modelo por causa da reação das pessoas. Use outro.",
    ),
    "Meta has disabled this template for good. Create a new one.": (
        "Meta ha desactivado esta plantilla definitivamente. Crea una nueva.",
        "A Meta desativou este modelo definitivamente. Crie um novo.",
    ),
    "Meta has blocked this form. An admin must look at it in the WhatsApp Manager.": (
        "Meta ha bloqueado este formulario. Un administrador debe revisarlo en el administrador de WhatsApp.",
        "A Meta bloqueou este formulário. Um administrador precisa revisá-lo no Gerenciador do WhatsApp.",
    ),
    "Meta allows this form ten times an hour for now. Send it again in an hour.": (
        "Por ahora Meta permite este formulario diez veces por hora. Envíalo de nuevo dentro de una hora.",
        "Por enquanto a Meta permite este formulário dez vezes por hora. Envie de novo daqui a uma hora.",
    ),
    "The number was not deregistered completely. An admin must deregister it once more, then register it.": (
        "El número no se dio de baja del todo. Un administrador debe darlo de baja otra vez y luego registrarlo.",
        "O registro do número não foi cancelado por completo. Um administrador precisa cancelá-lo de novo e depois registrá-lo.",
    ),
    "The number's verification has run out. An admin must verify it again.": (
        "La verificación del número ha caducado. Un administrador debe verificarlo de nuevo.",
        "A verificação do número expirou. Um administrador precisa verificá-lo de novo.",
    ),
    "The number is not registered with Meta. An admin must register it.": (
        "El número no está registrado en Meta. Un administrador debe registrarlo.",
        "O número não está registrado na Meta. Um administrador precisa registrá-lo.",
    ),
    "WhatsApp's payment terms are not accepted. An admin must accept them.": (
        "No se han aceptado las condiciones de pagos de WhatsApp. Debe aceptarlas un administrador.",
        "Os termos de pagamentos do WhatsApp não foram aceitos. Um administrador precisa aceitá-los.",
    ),
    "The template is new and Meta is still preparing it. Send it again in ten minutes.": (
        "La plantilla es nueva y Meta la está preparando. Envíala de nuevo en diez minutos.",
        "O modelo é novo e a Meta ainda o está preparando. Envie de novo em dez minutos.",
    ),
    "Meta does not offer this template for sending. Choose another.": (
        "Meta no permite enviar esta plantilla. Elige otra.",
        "A Meta não permite enviar este modelo. Escolha outro.",
    ),
    "Meta did not send a verification code. Try again later.": (
        "Meta no envió el código de verificación. Inténtalo más tarde.",
        "A Meta não enviou o código de verificação. Tente mais tarde.",
    ),
    "The verification code is wrong. Ask for a new one.": (
        "El código de verificación es incorrecto. Pide otro.",
        "O código de verificação está errado. Peça outro.",
    ),
    "Some of these people could not be blocked or unblocked. Try again.": (
        "No se pudo bloquear o desbloquear a algunas de estas personas. Inténtalo de nuevo.",
        "Não foi possível bloquear ou desbloquear algumas destas pessoas. Tente de novo.",
    ),
    "No more people can be blocked on this number. Unblock somebody first.": (
        "Este número no puede bloquear a más personas. Desbloquea antes a alguien.",
        "Este número não pode bloquear mais pessoas. Desbloqueie alguém antes.",
    ),
    "The list of blocked people was being changed. Try again.": (
        "La lista de bloqueados se estaba modificando. Inténtalo de nuevo.",
        "A lista de bloqueados estava sendo alterada. Tente de novo.",
    ),
    "Meta could not change the list of blocked people. Try again.": (
        "Meta no pudo cambiar la lista de bloqueados. Inténtalo de nuevo.",
        "A Meta não conseguiu alterar a lista de bloqueados. Tente de novo.",
    ),
    "Another partner has invited this account already. An admin must look at it in the WhatsApp Manager.": (
        "Otro socio ya invitó a esta cuenta. Un administrador debe revisarlo en el administrador de WhatsApp.",
        "Outro parceiro já convidou esta conta. Um administrador precisa revisar isso no Gerenciador do WhatsApp.",
    ),
    "This account has that number already. Look for it among its numbers.": (
        "Esta cuenta ya tiene ese número. Búscalo entre sus números.",
        "Esta conta já tem esse número. Procure-o entre os números dela.",
    ),
    "This account has as many templates as Meta allows. Delete some.": (
        "Esta cuenta tiene tantas plantillas como Meta permite. Borra alguna.",
        "Esta conta tem tantos modelos quantos a Meta permite. Apague algum.",
    ),
    "There is a template of that name in that language already. Use another name.": (
        "Ya hay una plantilla con ese nombre en ese idioma. Usa otro nombre.",
        "Já existe um modelo com esse nome nesse idioma. Use outro nome.",
    ),
    "The template cannot be edited at the moment. Try again later.": (
        "La plantilla no se puede editar en este momento. Inténtalo más tarde.",
        "O modelo não pode ser editado neste momento. Tente mais tarde.",
    ),
    "The business chose not to share its chat history. To share it after all, connect the number anew.": (
        "La empresa decidió no compartir su historial de conversaciones. Para compartirlo, conecta el número de nuevo.",
        "A empresa decidiu não compartilhar o histórico de conversas. Para compartilhá-lo, conecte o número de novo.",
    ),
}
_BY_ENGLISH: Final = {words.en: words for words in _KINDS.values()} | {
    english: Words(english, spanish, portuguese) for english, (spanish, portuguese) in _TRANSLATED.items()
}


def words_for(kind: FailureKind, code: int | None) -> Words:
    """Return what people read of a failure: by Meta's code where it has words of its own, else by its kind."""
    row = known(code)
    return _KINDS[kind] if row is None else _BY_ENGLISH.get(row.words, _KINDS[row.kind])


def untranslated() -> list[int]:
    """Return the codes whose sentence is missing in a language; a test wants none."""
    return sorted(code for code, row in CODES.items() if row.words not in _BY_ENGLISH)
