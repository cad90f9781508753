import { show } from "../core/parameters.js";

/** What went wrong with a file, in words that say what to do. */
export function fileError(doing: "read" | "write", path: string, error: unknown): Error {
  const { code = "" } = (error ?? {}) as { code?: string };
  switch (code) {
    case "ENOENT":
      return new Error(`there is no file ${show(path)} to ${doing}`, { cause: error });
    case "EACCES":
    case "EPERM":
      return new Error(`${show(path)} may not be ${doing === "read" ? "read" : "written"}: permission denied`, { cause: error });
    case "ENOSPC":
      return new Error(`the disk is full: nothing more can be written to ${show(path)}; free some space, or name another folder with the option temporary`, { cause: error });
    case "EFBIG":
    case "EDQUOT":
      return new Error(`${show(path)} may grow no more: the limit for files or the quota is reached; name another folder with the option temporary`, { cause: error });
    case "EISDIR":
      return new Error(`${show(path)} is a folder, not a file`, { cause: error });
    default:
      return error instanceof Error ? error : new Error(String(error));
  }
}
