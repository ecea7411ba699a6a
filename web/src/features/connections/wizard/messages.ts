import { catalogue } from "@/shared/i18n/catalogue";

/** Connecting a number, step by step. */
export const wizardMessages = catalogue({
  en: {
    title: "Connect a number",
    titleAgain: (name: string) => `Connect ${name} again`,
    step: (now: string, all: string) => `Step ${now} of ${all}`,
    path: "How do you want to connect it?",
    signUp: "With Meta's sign-up",
    signUpHint: "You sign in at Meta, choose the account and the number, and come back. Nothing to copy.",
    recommended: "Recommended",
    besideApp: "Keeping the WhatsApp Business app",
    besideAppHint:
      "Meta's sign-up for a number that is used on a phone: app and inbox go on side by side, and the app's contacts and up to 180 days of its history come here.",
    byHand: "By hand",
    byHandHint:
      "You copy an access token and two IDs from Meta. For who has a WhatsApp Business account already.",
    credentials: "What Meta gave you",
    credentialsHint:
      "All three are in Meta's business tools. Nothing is stored before Meta has confirmed it.",
    token: "Access token",
    tokenHelp:
      "In Meta's Business Settings open Users > System users, choose or add one, give it your app and your WhatsApp account with full control, then Generate token with whatsapp_business_messaging and whatsapp_business_management. Choose that it never expires; one of 60 days is renewed by itself.",
    tokenKept: "Kept encrypted, and never shown again.",
    waba: "WhatsApp Business account ID",
    wabaHelp:
      "In the WhatsApp Manager open Account tools > Phone numbers: the account's ID stands below its name. It is a number of 15 digits or so.",
    phone: "Phone number ID",
    phoneHelp:
      "In the WhatsApp Manager open Account tools > Phone numbers, and the gear beside the number. It is not the phone number itself.",
    where: "Where do I find this?",
    openManager: "Open the WhatsApp Manager",
    openUsers: "Open the system users",
    missing: "Fill this in.",
    notAnId: "This is not an ID of Meta's: it has digits only.",
    looksLikePhone: "This looks like the phone number. Meta's ID of it is another number.",
    tokenShort: "This is too short to be an access token.",
    test: "Test connection",
    found: "This is the number Meta knows",
    quality: "Quality",
    limit: "Messaging limit",
    name: "Display name",
    tokenEnd: "Access token",
    country: "Country",
    countryHint: "For choosing the number to send from, where you have one in each country.",
    back: "Back",
    connect: "Connect this number",
    done: (name: string) => `${name} is connected`,
    doneHint: "Write to it from a phone: your message appears in the inbox within seconds.",
    webhook: "If nothing arrives",
    webhookHint:
      "Meta must know where to send. In the App Dashboard open WhatsApp > Configuration, enter this address as callback URL, and subscribe to the fields below. This is done once for the whole installation.",
    webhookUrl: "Callback URL",
    webhookFields: "Fields",
    webhookFieldsHint:
      "“messages” brings what people write and what became of what was sent. Without the rest Curbe hears of no ban, template status, quality, stop of marketing or call.",
    verifyToken: "Verify token",
    verifyTokenHint:
      "It is the value of META_VERIFY_TOKEN of this installation: whoever runs Curbe has it. It is not shown here.",
    toInbox: "Open the inbox",
    finish: "Done",
    returning: "Finishing with Meta…",
    cancelled: "The sign-up at Meta was not finished",
    cancelledHint: "Nothing was connected. You can begin again whenever you like.",
    lostHint:
      "This browser does not know which workspace the sign-up was for. Begin again from the connections page.",
    noNumber: "There is no number in what you granted. Begin again and add one at Meta.",
    several: (numbers: string) =>
      `You granted several (${numbers}), and it is not clear which one is meant. Begin again and choose one, or connect by hand.`,
    choose: "Which number do you want to connect?",
    chooseHint: (until: string) =>
      `What you granted at Meta has several. Choose one before ${until}; the others can be connected later.`,
    chooseNone: "None of these",
    numberStatus: {
      registered: "Registered",
      unregistered: "Not registered yet",
      blocked: "Blocked by Meta",
      none: "Status not told",
    },
    choiceExpired: "The choice has expired",
    choiceExpiredHint:
      "What Meta granted for it is deleted. If the number is not among your connections, begin anew.",
    toConnections: "To the connections",
  },
  es: {
    title: "Conectar un número",
    titleAgain: (name) => `Conectar ${name} de nuevo`,
    step: (now, all) => `Paso ${now} de ${all}`,
    path: "¿Cómo quieres conectarlo?",
    signUp: "Con el registro de Meta",
    signUpHint: "Entras en Meta, eliges la cuenta y el número, y vuelves. No hay que copiar nada.",
    recommended: "Recomendado",
    besideApp: "Sin dejar la app WhatsApp Business",
    besideAppHint:
      "El registro de Meta para un número que se usa en un teléfono: la app y la bandeja siguen a la vez, y sus contactos y hasta 180 días de historial llegan aquí.",
    byHand: "A mano",
    byHandHint:
      "Copias de Meta un token de acceso y dos ID. Para quien ya tiene una cuenta de WhatsApp Business.",
    credentials: "Lo que te dio Meta",
    credentialsHint:
      "Las tres cosas están en las herramientas de Meta. No se guarda nada hasta que Meta lo confirma.",
    token: "Token de acceso",
    tokenHelp:
      "En la configuración del negocio de Meta abre Usuarios > Usuarios del sistema, elige o añade uno, dale tu app y tu cuenta de WhatsApp con control total, y genera un token con whatsapp_business_messaging y whatsapp_business_management. Elige que no caduque; uno de 60 días se renueva solo.",
    tokenKept: "Se guarda cifrado, y no se vuelve a mostrar.",
    waba: "ID de la cuenta de WhatsApp Business",
    wabaHelp:
      "En el administrador de WhatsApp abre Herramientas de la cuenta > Números de teléfono: el ID está bajo el nombre de la cuenta. Es un número de unas 15 cifras.",
    phone: "ID del número de teléfono",
    phoneHelp:
      "En el administrador de WhatsApp abre Herramientas de la cuenta > Números de teléfono, y el engranaje junto al número. No es el propio número de teléfono.",
    where: "¿Dónde encuentro esto?",
    openManager: "Abrir el administrador de WhatsApp",
    openUsers: "Abrir los usuarios del sistema",
    missing: "Rellena esto.",
    notAnId: "Esto no es un ID de Meta: solo tiene cifras.",
    looksLikePhone: "Esto parece el número de teléfono. Su ID en Meta es otro número.",
    tokenShort: "Esto es demasiado corto para ser un token de acceso.",
    test: "Probar conexión",
    found: "Este es el número que conoce Meta",
    quality: "Calidad",
    limit: "Límite de mensajes",
    name: "Nombre visible",
    tokenEnd: "Token de acceso",
    country: "País",
    countryHint: "Para elegir desde qué número enviar, cuando tienes uno en cada país.",
    back: "Atrás",
    connect: "Conectar este número",
    done: (name) => `${name} está conectado`,
    doneHint: "Escríbele desde un teléfono: tu mensaje aparece en la bandeja en segundos.",
    webhook: "Si no llega nada",
    webhookHint:
      "Meta tiene que saber adónde enviar. En el panel de la app abre WhatsApp > Configuración, pon esta dirección como URL de devolución de llamada, y suscribe los campos de abajo. Se hace una vez para toda la instalación.",
    webhookUrl: "URL de devolución de llamada",
    webhookFields: "Campos",
    webhookFieldsHint:
      "«messages» trae lo que escribe la gente y qué fue de lo enviado. Sin el resto, Curbe no se entera de bloqueos, estados de plantillas, calidad, bajas de marketing ni llamadas.",
    verifyToken: "Token de verificación",
    verifyTokenHint:
      "Es el valor de META_VERIFY_TOKEN de esta instalación: lo tiene quien gestiona Curbe. Aquí no se muestra.",
    toInbox: "Abrir la bandeja",
    finish: "Listo",
    returning: "Terminando con Meta…",
    cancelled: "El registro en Meta no se terminó",
    cancelledHint: "No se ha conectado nada. Puedes empezar de nuevo cuando quieras.",
    lostHint:
      "Este navegador no sabe para qué espacio era el registro. Empieza de nuevo desde la página de conexiones.",
    noNumber: "No hay ningún número en lo que concediste. Empieza de nuevo y añade uno en Meta.",
    several: (numbers) =>
      `Concediste varios (${numbers}), y no está claro cuál es. Empieza de nuevo y elige uno, o conéctalo a mano.`,
    choose: "¿Qué número quieres conectar?",
    chooseHint: (until) =>
      `En lo que concediste en Meta hay varios. Elige uno antes de las ${until}; los demás se pueden conectar más tarde.`,
    chooseNone: "Ninguno de estos",
    numberStatus: {
      registered: "Registrado",
      unregistered: "Sin registrar todavía",
      blocked: "Bloqueado por Meta",
      none: "Estado desconocido",
    },
    choiceExpired: "La elección ha caducado",
    choiceExpiredHint:
      "Lo que Meta concedió para ello se ha borrado. Si el número no está entre tus conexiones, empieza de nuevo.",
    toConnections: "A las conexiones",
  },
  pt: {
    title: "Conectar um número",
    titleAgain: (name) => `Conectar ${name} de novo`,
    step: (now, all) => `Passo ${now} de ${all}`,
    path: "Como você quer conectá-lo?",
    signUp: "Com o cadastro da Meta",
    signUpHint: "Você entra na Meta, escolhe a conta e o número, e volta. Nada para copiar.",
    recommended: "Recomendado",
    besideApp: "Sem deixar o app WhatsApp Business",
    besideAppHint:
      "O cadastro da Meta para um número que se usa em um telefone: o app e a caixa de entrada continuam lado a lado, e os contatos e até 180 dias de histórico do app chegam aqui.",
    byHand: "À mão",
    byHandHint:
      "Você copia da Meta um token de acesso e dois IDs. Para quem já tem uma conta do WhatsApp Business.",
    credentials: "O que a Meta deu a você",
    credentialsHint:
      "As três coisas estão nas ferramentas da Meta. Nada é guardado antes que a Meta confirme.",
    token: "Token de acesso",
    tokenHelp:
      "Nas configurações do negócio da Meta abra Usuários > Usuários do sistema, escolha ou adicione um, dê a ele seu app e sua conta do WhatsApp com controle total, e gere um token com whatsapp_business_messaging e whatsapp_business_management. Escolha que nunca expire; um de 60 dias se renova sozinho.",
    tokenKept: "Guardado com criptografia, e nunca mais mostrado.",
    waba: "ID da conta do WhatsApp Business",
    wabaHelp:
      "No Gerenciador do WhatsApp abra Ferramentas da conta > Números de telefone: o ID fica abaixo do nome da conta. É um número de uns 15 dígitos.",
    phone: "ID do número de telefone",
    phoneHelp:
      "No Gerenciador do WhatsApp abra Ferramentas da conta > Números de telefone, e a engrenagem ao lado do número. Não é o próprio número de telefone.",
    where: "Onde encontro isto?",
    openManager: "Abrir o Gerenciador do WhatsApp",
    openUsers: "Abrir os usuários do sistema",
    missing: "Preencha isto.",
    notAnId: "Isto não é um ID da Meta: ele só tem dígitos.",
    looksLikePhone: "Isto parece o número de telefone. O ID dele na Meta é outro número.",
    tokenShort: "Isto é curto demais para ser um token de acesso.",
    test: "Testar conexão",
    found: "Este é o número que a Meta conhece",
    quality: "Qualidade",
    limit: "Limite de mensagens",
    name: "Nome de exibição",
    tokenEnd: "Token de acesso",
    country: "País",
    countryHint: "Para escolher de qual número enviar, quando há um em cada país.",
    back: "Voltar",
    connect: "Conectar este número",
    done: (name) => `${name} está conectado`,
    doneHint: "Escreva para ele de um telefone: sua mensagem aparece na caixa de entrada em segundos.",
    webhook: "Se nada chegar",
    webhookHint:
      "A Meta precisa saber para onde enviar. No painel do app abra WhatsApp > Configuração, informe este endereço como URL de retorno de chamada, e assine os campos abaixo. Isto é feito uma vez para toda a instalação.",
    webhookUrl: "URL de retorno de chamada",
    webhookFields: "Campos",
    webhookFieldsHint:
      "“messages” traz o que as pessoas escrevem e o que foi feito do que se enviou. Sem o resto, o Curbe não fica sabendo de bloqueios, status de modelos, qualidade, saídas de marketing nem chamadas.",
    verifyToken: "Token de verificação",
    verifyTokenHint:
      "É o valor de META_VERIFY_TOKEN desta instalação: quem administra o Curbe o tem. Não é mostrado aqui.",
    toInbox: "Abrir a caixa de entrada",
    finish: "Pronto",
    returning: "Concluindo com a Meta…",
    cancelled: "O cadastro na Meta não foi concluído",
    cancelledHint: "Nada foi conectado. Você pode começar de novo quando quiser.",
    lostHint:
      "Este navegador não sabe para qual espaço era o cadastro. Comece de novo na página de conexões.",
    noNumber: "Não há nenhum número no que você concedeu. Comece de novo e adicione um na Meta.",
    several: (numbers) =>
      `Você concedeu vários (${numbers}), e não está claro qual é. Comece de novo e escolha um, ou conecte à mão.`,
    choose: "Qual número você quer conectar?",
    chooseHint: (until) =>
      `No que você concedeu na Meta há vários. Escolha um antes das ${until}; os outros podem ser conectados depois.`,
    chooseNone: "Nenhum destes",
    numberStatus: {
      registered: "Registrado na Meta",
      unregistered: "Ainda não registrado",
      blocked: "Bloqueado pela Meta",
      none: "Status não informado",
    },
    choiceExpired: "A escolha expirou",
    choiceExpiredHint:
      "O que a Meta concedeu para isso foi apagado. Se o número não estiver entre as suas conexões, comece de novo.",
    toConnections: "Para as conexões",
  },
});
