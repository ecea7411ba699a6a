import { Button, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "@/shared/api/client";
import { isProblem } from "@/shared/api/problem";
import { inOneLine, problemMessages, problemWords } from "@/shared/api/problem-words";
import { useMessages } from "@/shared/i18n/language";
import { useSession } from "@/shared/session/session-context";
import { FormError } from "@/shared/ui/form-error";
import { uiMessages } from "@/shared/ui/messages";
import { NewPassword } from "@/shared/ui/new-password";
import { tellSaved } from "@/shared/ui/notices";
import { SecretInput } from "@/shared/ui/secret-input";
import { profileMessages } from "./messages";
import classes from "./profile.module.css";

const UNFIT = new Set(["password", "new_password"]);

export function PasswordForm() {
  const t = useMessages(profileMessages);
  const ui = useMessages(uiMessages);
  const problems = useMessages(problemMessages);
  const { user } = useSession();
  const [current, setCurrent] = useState("");
  const [chosen, setChosen] = useState("");
  const change = useMutation({
    mutationFn: () =>
      api.POST("/api/auth/password", { body: { current_password: current, new_password: chosen } }),
    onSuccess: () => {
      setCurrent("");
      setChosen("");
      tellSaved(t.passwordChanged);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  if (!user.has_password) return <Text c="dimmed">{t.noPassword}</Text>;
  return (
    <form onSubmit={submit} className={classes["form"]}>
      {/* Password managers need to know whose password this is. */}
      <input type="text" name="username" autoComplete="username" value={user.email} readOnly hidden />
      <SecretInput
        label={t.current}
        name="current-password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
      />
      <NewPassword size="sm" value={chosen} onChange={setChosen} />
      {change.error && <FormError>{why(change.error)}</FormError>}
      <Button type="submit" variant="default" loading={change.isPending} disabled={!current || !chosen}>
        {t.changePassword}
      </Button>
    </form>
  );

  function why(error: unknown): string {
    if (isProblem(error) && (error.field === "current_password" || error.code === "wrong_credentials")) {
      return t.wrongCurrent;
    }
    if (isProblem(error, "invalid_request") && UNFIT.has(error.field ?? "")) return ui.passwordUnfit;
    return inOneLine(problemWords(error, problems));
  }
}
