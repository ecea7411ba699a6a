/**
 * Some deeds want it shown that the person at the keyboard is still who signed in: the server answers `proof_required`, this asks for the
 * password or a code, and the deed goes on.
 */

import { TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useRef, useState } from "react";
import { answer, api, type Schemas } from "@/shared/api/client";
import { isProblem, NotProved } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { catalogue } from "@/shared/i18n/catalogue";
import { useMessages } from "@/shared/i18n/language";
import { FormDialog } from "@/shared/ui/form-dialog";
import { SecretInput } from "@/shared/ui/secret-input";
import { useSession } from "./session-context";

const messages = catalogue({
  en: {
    title: "Is it still you?",
    hint: "You signed in a while ago. Show it once more, and it holds for ten minutes.",
    password: "Password",
    code: "Code of your authenticator app",
    wrong: "That is not right. Try again.",
    goOn: "Go on",
    passkeyOnly:
      "Your account has a passkey alone. Sign out and in again with it, then do this within ten minutes.",
  },
  es: {
    title: "¿Sigues siendo tú?",
    hint: "Entraste hace un rato. Demuéstralo otra vez, y vale por diez minutos.",
    password: "Contraseña",
    code: "Código de tu aplicación de autenticación",
    wrong: "No es correcto. Inténtalo otra vez.",
    goOn: "Seguir",
    passkeyOnly:
      "Tu cuenta solo tiene una llave de acceso. Sal y entra de nuevo con ella, y haz esto en diez minutos.",
  },
  pt: {
    title: "Ainda é você?",
    hint: "Você entrou há algum tempo. Mostre mais uma vez, e vale por dez minutos.",
    password: "Senha",
    code: "Código do seu aplicativo autenticador",
    wrong: "Não está certo. Tente de novo.",
    goOn: "Continuar",
    passkeyOnly:
      "Sua conta tem só uma chave de acesso. Saia e entre de novo com ela, e faça isto em dez minutos.",
  },
});

type Proof = Schemas["PasswordProof"] | Schemas["TotpProof"];

interface Proving {
  /** Does `act`, asking for a proof where the server wants one. Throws `NotProved` where the person does not give it. */
  proved: <T>(act: () => Promise<T>) => Promise<T>;
  /** To be drawn somewhere. */
  dialog: ReactNode;
}

export function useProof(): Proving {
  const [asking, setAsking] = useState(false);
  const waiting = useRef<{ resolve: () => void; reject: (reason: Error) => void } | null>(null);
  const settle = (given: boolean) => {
    setAsking(false);
    if (given) waiting.current?.resolve();
    else waiting.current?.reject(new NotProved());
    waiting.current = null;
  };
  const proved = async <T,>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      if (!isProblem(error, "proof_required")) throw error;
    }
    await new Promise<void>((resolve, reject) => {
      waiting.current = { resolve, reject };
      setAsking(true);
    });
    return act();
  };
  return { proved, dialog: asking && <ProofDialog onDone={settle} /> };
}

function ProofDialog({ onDone }: { onDone: (given: boolean) => void }) {
  const t = useMessages(messages);
  const refusal = useRefusal();
  const { user } = useSession();
  const [given, setGiven] = useState("");
  const prove = useMutation({
    mutationFn: () => {
      const body: Proof = user.has_password
        ? { method: "password", password: given }
        : { method: "totp", code: given };
      return answer(api.POST("/api/auth/proofs", { body }));
    },
    onSuccess: () => onDone(true),
  });
  const wrong = isProblem(prove.error, "wrong_credentials") || isProblem(prove.error, "wrong_factor");
  const field = {
    value: given,
    onChange: (event: { currentTarget: { value: string } }) => {
      setGiven(event.currentTarget.value);
      prove.reset();
    },
    error: wrong ? t.wrong : null,
    "data-autofocus": true,
  };
  return (
    <FormDialog
      title={t.title}
      onClose={() => onDone(false)}
      onSubmit={() => prove.mutate()}
      submit={t.goOn}
      busy={prove.isPending}
      disabled={given === ""}
      refusal={wrong ? null : refusal(prove.error)}
      size={400}
    >
      <span>{user.has_password || user.totp ? t.hint : t.passkeyOnly}</span>
      {user.has_password && <SecretInput label={t.password} autoComplete="current-password" {...field} />}
      {!user.has_password && user.totp && (
        <TextInput label={t.code} inputMode="numeric" autoComplete="one-time-code" {...field} />
      )}
    </FormDialog>
  );
}
