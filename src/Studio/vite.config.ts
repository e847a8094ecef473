import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// `npm run dev` shows what a server at this address holds.
const server = process.env.SLIPWAY_SERVER ?? 'http://127.0.0.1:5000';

export default defineConfig({
  plugins: [react()],
  // Fluent UI and the charts are large, and are loaded from the machine that serves them.
  build: { chunkSizeWarningLimit: 1500 },
  server: { proxy: { '/api': server } },
  test: { include: ['src/**/*.test.{ts,tsx}'] },
});
