/** See build/emoji.ts. */
declare module "virtual:emoji/*" {
  export const emoji: string;
}
