/** Saves finished files to the device, several at once as far as browsers like that. */
import { fileUrl } from '@/api/downloads.ts';
import type { Download } from '@/api/types.ts';

/** More at once would be a flood of questions, or be refused. */
export const MAX_SAVED_AT_ONCE = 20;
const PAUSE = 250; // milliseconds: of clicks that follow at once, browsers heed the last one only

export async function saveFiles(downloads: readonly Download[]): Promise<void> {
  for (const { id, file } of downloads) {
    if (!file || file.missing) continue;
    const link = document.createElement('a');
    link.href = fileUrl(id, true);
    link.download = file.name;
    link.click();
    await new Promise((resume) => setTimeout(resume, PAUSE));
  }
}
