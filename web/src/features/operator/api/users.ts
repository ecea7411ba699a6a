/** Everybody who has an account on this installation. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import { type Pages, usePages } from "@/shared/api/pages";

export type User = Schemas["UserShown"];

const KEY = ["operator", "users"] as const;
const PAGE = 100;

export function useUsers(): Pages<User> {
  return usePages<User>({
    key: KEY,
    page: (cursor, signal) =>
      answer(
        api.GET("/api/operator/users", {
          params: { query: { limit: PAGE, cursor: cursor ?? null } },
          signal,
        }),
      ),
  });
}

export function useChangeUser(proved: <T>(act: () => Promise<T>) => Promise<T>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...body }: { id: string; is_operator?: boolean; disabled?: boolean }) =>
      proved(() =>
        answer(api.PATCH("/api/operator/users/{user_id}", { params: { path: { user_id: id } }, body })),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
}
