/** Which ways of signing in this installation has. */

import { useQuery } from "@tanstack/react-query";
import { call } from "@/shared/api/client";
import { isProblem } from "@/shared/api/problem";

export interface Methods {
  password: boolean;
  passkeys: boolean;
  oidc: { label: string } | null;
  /** Whether it sends mail: without it nobody can ask for a link by themselves. */
  mail: boolean;
}

const PASSWORD_ALONE: Methods = { password: true, passkeys: false, oidc: null, mail: true };

export function useMethods(): Methods {
  const { data } = useQuery({
    queryKey: ["auth", "methods"],
    queryFn: async ({ signal }) => {
      try {
        return await call<Methods>("GET", "/api/auth/methods", { signal });
      } catch (error) {
        if (isProblem(error, "not_found")) return PASSWORD_ALONE;
        throw error;
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data ?? PASSWORD_ALONE;
}
