import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
    globalIgnores(['dist', 'src/api/schema.d.ts']),
    js.configs.recommended,
    {
        files: ['**/*.{ts,tsx}'],
        extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            '@typescript-eslint/consistent-type-definitions': ['error', 'type'],
            '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
        },
    },
    { files: ['**/*.{ts,tsx}'], extends: [reactHooks.configs.flat.recommended] },
    {
        files: ['scripts/*.mjs'],
        languageOptions: { globals: { fetch: 'readonly', URL: 'readonly', process: 'readonly', console: 'readonly' } },
    },
);
