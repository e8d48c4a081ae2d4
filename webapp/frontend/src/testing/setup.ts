// What is tested without a page is spared what only those of one need.
if (typeof document !== 'undefined') await import('./setup-page.ts');

export {}; // a module, which may await
