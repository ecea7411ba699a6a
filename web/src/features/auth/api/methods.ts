/** Which ways of signing in this installation has; until it has said so, the one that every installation has. */

import { useQuery } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";

export type Methods = Schemas["Methods"];

const PASSWORD_ALONE: Methods = { password: true, passkeys: false, oidc: null, mail: true };

export function useMethods(): Methods {
  const { data } = useQuery({
    queryKey: ["auth", "methods"],
    queryFn: ({ signal }) => answer(api.GET("/api/auth/methods", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data ?? PASSWORD_ALONE;
}
