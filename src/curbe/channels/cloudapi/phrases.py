"""What people read when a message failed, in Spanish, English and Portuguese: what happened, and what to do.

The English sentences stand in `codes`; here are their translations, and the sentences for failures that carry no code of Meta's. A test
holds the three languages together.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from curbe.channels.cloudapi.codes import CODES, known
from curbe.domain.errors import FailureKind


class Words(msgspec.Struct, frozen=True):
    """One sentence in each language."""

    en: str
    es: str
    pt: str


_KINDS: Final[Mapping[FailureKind, Words]] = {
    FailureKind.THROTTLED: Words(
        "Messages went out faster than Meta allows. It is tried again, slower.",
        "Los mensajes salían más rápido de lo que Meta permite. Se reintenta más despacio.",
        "As mensagens saíam mais depressa do que a Meta permite. Tenta-se de novo, mais devagar.",
    ),
    FailureKind.TRANSIENT: Words(
        "Meta could not take the message, and it was tried several times. Send it again later.",
        "Meta no pudo aceptar el mensaje tras varios intentos. Envíalo de nuevo más tarde.",
        "A Meta não conseguiu aceitar a mensagem após várias tentativas. Envie-a de novo mais tarde.",
    ),
    FailureKind.AMBIGUOUS: Words(
        "It is not known whether this message arrived. Ask the person before you send it again.",
        "No se sabe si este mensaje llegó. Pregunta a la persona antes de enviarlo otra vez.",
        "Não se sabe se esta mensagem chegou. Pergunte à pessoa antes de a enviar outra vez.",
    ),
    FailureKind.WINDOW_CLOSED: Words(
        "More than 24 hours have passed since this person last wrote. Send a template instead.",
        "Han pasado más de 24 horas desde que esta persona escribió. Envía una plantilla.",
        "Passaram mais de 24 horas desde que esta pessoa escreveu. Envie um modelo.",
    ),
    FailureKind.RECIPIENT: Words(
        "This person cannot be reached. Try another way to contact them.",
        "No se puede llegar a esta persona. Prueba a contactarla de otra forma.",
        "Não é possível chegar a esta pessoa. Tente contactá-la de outra forma.",
    ),
    FailureKind.TEMPLATE: Words(
        "Meta does not accept this template as it was sent. Check it, and send again.",
        "Meta no acepta esta plantilla tal como se envió. Revísala y envíala de nuevo.",
        "A Meta não aceita este modelo tal como foi enviado. Reveja-o e envie de novo.",
    ),
    FailureKind.CREDENTIALS: Words(
        "Meta no longer accepts this number's access. An admin must connect the number again.",
        "Meta ya no acepta el acceso de este número. Un administrador debe conectarlo de nuevo.",
        "A Meta já não aceita o acesso deste número. Um administrador tem de o ligar de novo.",
    ),
    FailureKind.ACCOUNT: Words(
        "Meta has restricted this account. An admin must look at it in the WhatsApp Manager.",
        "Meta ha restringido esta cuenta. Un administrador debe revisarla en el WhatsApp Manager.",
        "A Meta restringiu esta conta. Um administrador tem de a rever no WhatsApp Manager.",
    ),
    FailureKind.INVALID_REQUEST: Words(
        "Meta found a mistake in the request. The operator must look at it.",
        "Meta encontró un error en la petición. Debe revisarlo quien opera la plataforma.",
        "A Meta encontrou um erro no pedido. Quem opera a plataforma tem de o rever.",
    ),
    FailureKind.UNLISTED: Words(
        "Meta could not deliver the message. Send it again later.",
        "Meta no pudo entregar el mensaje. Envíalo de nuevo más tarde.",
        "A Meta não conseguiu entregar a mensagem. Envie-a de novo mais tarde.",
    ),
}

# English sentence of `codes` -> Spanish, Portuguese.
_TRANSLATED: Final[Mapping[str, tuple[str, str]]] = {
    "This number's access lacks a permission. An admin must connect the number again.": (
        "Al acceso de este número le falta un permiso. Un administrador debe conectarlo de nuevo.",
        "Falta uma permissão ao acesso deste número. Um administrador tem de o ligar de novo.",
    ),
    "Meta could not take the message just now. It is tried again.": (
        "Meta no pudo aceptar el mensaje en este momento. Se reintenta.",
        "A Meta não conseguiu aceitar a mensagem neste momento. Tenta-se de novo.",
    ),
    "The values filled into the template do not fit it. Check them, and send again.": (
        "Los datos no encajan con la plantilla. Revísalos y envíala de nuevo.",
        "Os dados não servem para o modelo. Reveja-os e envie de novo.",
    ),
    "The number's registration needs an admin: its two-step PIN was not accepted.": (
        "El registro del número necesita a un administrador: no se aceptó su PIN de dos pasos.",
        "O registo do número precisa de um administrador: o PIN de dois passos não foi aceite.",
    ),
    "The number was registered or moved moments ago. Wait, then try again.": (
        "El número se acaba de registrar o mover. Espera y vuelve a intentarlo.",
        "O número acabou de ser registado ou movido. Espere e tente de novo.",
    ),
    "Meta does not accept the template's text. Correct it, and submit it again.": (
        "Meta no acepta el texto de la plantilla. Corrígelo y vuelve a presentarla.",
        "A Meta não aceita o texto do modelo. Corrija-o e submeta-o de novo.",
    ),
    "The username cannot be had. An admin must look at it in the WhatsApp Manager.": (
        "Ese nombre de usuario no está disponible. Un administrador debe revisarlo en el WhatsApp Manager.",
        "Esse nome de utilizador não está disponível. Um administrador tem de o rever no WhatsApp Manager.",
    ),
    "The number cannot be moved as it is. An admin must look at it in the WhatsApp Manager.": (
        "El número no se puede mover tal como está. Un administrador debe revisarlo en el WhatsApp Manager.",
        "O número não pode ser movido tal como está. Um administrador tem de o rever no WhatsApp Manager.",
    ),
    "The WhatsApp Business app's data cannot be synchronised again.": (
        "Los datos de la app WhatsApp Business no se pueden sincronizar otra vez.",
        "Os dados da app WhatsApp Business não podem ser sincronizados outra vez.",
    ),
    "Template insights are not available for this WhatsApp account.": (
        "Las estadísticas de plantillas no están disponibles para esta cuenta de WhatsApp.",
        "As estatísticas de modelos não estão disponíveis para esta conta do WhatsApp.",
    ),
    "The business number is gone, or this access does not reach it. An admin must connect it again.": (
        "El número de la empresa ya no existe o este acceso no llega a él. Un administrador debe conectarlo de nuevo.",
        "O número da empresa já não existe ou este acesso não chega a ele. Um administrador tem de o ligar de novo.",
    ),
    "You have blocked this person. Unblock them to write again.": (
        "Has bloqueado a esta persona. Desbloquéala para volver a escribirle.",
        "Bloqueou esta pessoa. Desbloqueie-a para voltar a escrever.",
    ),
    "Meta withheld this marketing message from this person. Do not send it to them again.": (
        "Meta no entregó este mensaje de marketing a esta persona. No se lo envíes otra vez.",
        "A Meta reteve esta mensagem de marketing. Não a envie de novo a esta pessoa.",
    ),
    "This account may not write to people in that country.": (
        "Esta cuenta no puede escribir a personas de ese país. Prueba desde otra cuenta.",
        "Esta conta não pode escrever a pessoas desse país. Tente a partir de outra conta.",
    ),
    "A number cannot write to itself.": (
        "Un número no puede escribirse a sí mismo. Revisa el destinatario.",
        "Um número não pode escrever a si próprio. Reveja o destinatário.",
    ),
    "This person cannot be reached: no WhatsApp on that number, an old version, or terms not accepted.": (
        "No se puede llegar a esta persona: su número no tiene WhatsApp, usa una versión antigua o no aceptó las condiciones.",
        "Não é possível chegar a esta pessoa: o número não tem WhatsApp, a versão é antiga ou os termos não foram aceites.",
    ),
    "Meta has not approved this number's display name yet. It cannot send until then.": (
        "Meta aún no ha aprobado el nombre visible de este número. Hasta entonces no puede enviar.",
        "A Meta ainda não aprovou o nome visível deste número. Até lá não pode enviar.",
    ),
    "The account has no valid payment method. An admin must add one in the WhatsApp Manager.": (
        "La cuenta no tiene un método de pago válido. Un administrador debe añadirlo en el WhatsApp Manager.",
        "A conta não tem um método de pagamento válido. Um administrador tem de o adicionar no WhatsApp Manager.",
    ),
    "The number must be registered again. An admin must do it.": (
        "Hay que registrar el número de nuevo. Debe hacerlo un administrador.",
        "É preciso registar o número de novo. Tem de ser um administrador.",
    ),
    "Meta refused this because people blocked or reported the number. What goes to many rests for a day.": (
        "Meta lo rechazó porque hay personas que bloquearon o denunciaron el número. Lo que va a muchos descansa un día.",
        "A Meta recusou porque houve pessoas que bloquearam ou denunciaram o número. O que vai para muitos descansa um dia.",
    ),
    "Meta limits how much marketing this person gets. Do not send it again before tomorrow.": (
        "Meta limita el marketing que recibe esta persona. No lo envíes de nuevo antes de mañana.",
        "A Meta limita o marketing que esta pessoa recebe. Não envie de novo antes de amanhã.",
    ),
    "This person has asked not to receive marketing messages.": (
        "Esta persona pidió no recibir mensajes de marketing. No se los envíes.",
        "Esta pessoa pediu para não receber mensagens de marketing. Não lhas envie.",
    ),
    "Meta does not support this type of message.": (
        "Meta no admite este tipo de mensaje. Envía otro tipo.",
        "A Meta não suporta este tipo de mensagem. Envie outro tipo.",
    ),
    "Meta could not fetch the file that the person sent.": (
        "Meta no pudo obtener el archivo que envió la persona. Pídele que lo mande de nuevo.",
        "A Meta não conseguiu obter o ficheiro que a pessoa enviou. Peça-lhe que o envie de novo.",
    ),
    "Meta could not use the file: check its type, its size and its address.": (
        "Meta no pudo usar el archivo: revisa su tipo, su tamaño y su dirección.",
        "A Meta não conseguiu usar o ficheiro: reveja o tipo, o tamanho e o endereço.",
    ),
    "Too many messages went to this person in a short time. It is tried again in a while.": (
        "Esta persona recibió demasiados mensajes en poco tiempo. Se reintenta dentro de un rato.",
        "Esta pessoa recebeu demasiadas mensagens em pouco tempo. Tenta-se de novo daqui a pouco.",
    ),
    "Meta is upgrading the number. It is tried again in a minute.": (
        "Meta está mejorando la capacidad del número. Se reintenta en un minuto.",
        "A Meta está a melhorar a capacidade do número. Tenta-se de novo num minuto.",
    ),
    "Meta refused the message with a code it does not explain.": (
        "Meta rechazó el mensaje con un código que no explica. Consulta con quien opera la plataforma.",
        "A Meta recusou a mensagem com um código que não explica. Fale com quem opera a plataforma.",
    ),
    "This kind of message needs the person's phone number, which they have not shared.": (
        "Este tipo de mensaje necesita el teléfono de la persona, que no lo ha compartido. Pídeselo.",
        "Este tipo de mensagem precisa do telefone da pessoa, que não o partilhou. Peça-lho.",
    ),
    "This account sends marketing templates only through Meta's Marketing Messages API.": (
        "Esta cuenta solo envía plantillas de marketing por la API de mensajes de marketing de Meta.",
        "Esta conta só envia modelos de marketing pela API de mensagens de marketing da Meta.",
    ),
    "Meta limits this account's templates because some were filed under the wrong category.": (
        "Meta limita las plantillas de esta cuenta porque algunas tenían una categoría equivocada. Revisa sus categorías.",
        "A Meta limita os modelos desta conta porque alguns tinham uma categoria errada. Reveja as categorias.",
    ),
    "This person has not accepted WhatsApp's terms for groups.": (
        "Esta persona no ha aceptado las condiciones de los grupos de WhatsApp.",
        "Esta pessoa não aceitou os termos dos grupos do WhatsApp.",
    ),
    "There is no approved template of that name in that language.": (
        "No hay ninguna plantilla aprobada con ese nombre en ese idioma. Elige otra.",
        "Não há nenhum modelo aprovado com esse nome nesse idioma. Escolha outro.",
    ),
    "Filled in, the template is too long. Shorten the values.": (
        "Con esos datos la plantilla es demasiado larga. Acórtalos.",
        "Com esses dados o modelo fica demasiado longo. Encurte-os.",
    ),
    "Meta has paused this template because of how people reacted to it.": (
        "Meta ha pausado esta plantilla por cómo reaccionaron las personas. Usa otra.",
        "A Meta pausou este modelo por causa da reação das pessoas. Use outro.",
    ),
    "Meta has disabled this template for good. Create a new one.": (
        "Meta ha desactivado esta plantilla definitivamente. Crea una nueva.",
        "A Meta desativou este modelo definitivamente. Crie um novo.",
    ),
    "Meta has blocked this form. An admin must look at it.": (
        "Meta ha bloqueado este formulario. Un administrador debe revisarlo.",
        "A Meta bloqueou este formulário. Um administrador tem de o rever.",
    ),
    "Meta allows this form ten times an hour for now. It is tried again later.": (
        "Por ahora Meta permite este formulario diez veces por hora. Se reintenta más tarde.",
        "Por agora a Meta permite este formulário dez vezes por hora. Tenta-se de novo mais tarde.",
    ),
    "The number must be deregistered once more, then registered.": (
        "Hay que dar de baja el número otra vez y luego registrarlo.",
        "É preciso anular o registo do número outra vez e depois registá-lo.",
    ),
    "The number must be verified again by an admin.": (
        "Un administrador debe verificar el número de nuevo.",
        "Um administrador tem de verificar o número de novo.",
    ),
    "The number must be registered with Meta by an admin.": (
        "Un administrador debe registrar el número en Meta.",
        "Um administrador tem de registar o número na Meta.",
    ),
    "WhatsApp's payment terms are not accepted. An admin must accept them.": (
        "No se han aceptado las condiciones de pagos de WhatsApp. Debe aceptarlas un administrador.",
        "Os termos de pagamentos do WhatsApp não foram aceites. Tem de os aceitar um administrador.",
    ),
    "The template is new and Meta is still preparing it. It is tried again in ten minutes.": (
        "La plantilla es nueva y Meta la está preparando. Se reintenta en diez minutos.",
        "O modelo é novo e a Meta ainda o prepara. Tenta-se de novo em dez minutos.",
    ),
    "Meta does not offer this template for sending.": (
        "Meta no permite enviar esta plantilla. Elige otra.",
        "A Meta não permite enviar este modelo. Escolha outro.",
    ),
    "Meta did not send a verification code. Try again later.": (
        "Meta no envió el código de verificación. Inténtalo más tarde.",
        "A Meta não enviou o código de verificação. Tente mais tarde.",
    ),
    "The verification code is wrong.": (
        "El código de verificación es incorrecto.",
        "O código de verificação está errado.",
    ),
    "Some of these people could not be blocked or unblocked.": (
        "No se pudo bloquear o desbloquear a algunas de estas personas. Inténtalo de nuevo.",
        "Não foi possível bloquear ou desbloquear algumas destas pessoas. Tente de novo.",
    ),
    "No more people can be blocked on this number.": (
        "Este número no puede bloquear a más personas.",
        "Este número não pode bloquear mais pessoas.",
    ),
    "The list of blocked people was being changed. Try again.": (
        "La lista de bloqueados se estaba modificando. Inténtalo de nuevo.",
        "A lista de bloqueados estava a ser alterada. Tente de novo.",
    ),
    "Meta could not change the list of blocked people. Try again.": (
        "Meta no pudo cambiar la lista de bloqueados. Inténtalo de nuevo.",
        "A Meta não conseguiu alterar a lista de bloqueados. Tente de novo.",
    ),
    "Another partner has invited this account already.": (
        "Otro socio ya invitó a esta cuenta.",
        "Outro parceiro já convidou esta conta.",
    ),
    "This account has that number already.": (
        "Esta cuenta ya tiene ese número.",
        "Esta conta já tem esse número.",
    ),
    "This account has as many templates as Meta allows.": (
        "Esta cuenta tiene tantas plantillas como Meta permite. Borra alguna.",
        "Esta conta tem tantos modelos quantos a Meta permite. Apague algum.",
    ),
    "There is a template of that name in that language already.": (
        "Ya hay una plantilla con ese nombre en ese idioma. Usa otro nombre.",
        "Já há um modelo com esse nome nesse idioma. Use outro nome.",
    ),
    "The template cannot be edited at the moment.": (
        "La plantilla no se puede editar en este momento. Inténtalo más tarde.",
        "O modelo não pode ser editado neste momento. Tente mais tarde.",
    ),
    "The business chose not to share its chat history.": (
        "La empresa decidió no compartir su historial de conversaciones.",
        "A empresa decidiu não partilhar o histórico de conversas.",
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
