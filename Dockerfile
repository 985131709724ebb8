# One image for all services; ROLE chooses which of them a container hosts (none: all seven).
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY . .
RUN npm install --no-audit --no-fund \
 && npx tsc -b apps/caserelay apps/mail-catcher \
 && npm prune --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim
ENV NODE_ENV=production BIND_ADDRESS=0.0.0.0 HTTP_PORT=8080 EVIDENCE_DIR=/evidence
WORKDIR /app
# Volumes take the owner of the folder they cover.
RUN install -d -o node -g node -m 0750 /evidence && install -d -o node -g node -m 0700 /keys
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/libs ./libs
COPY --from=build /app/apps ./apps
USER node
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=12 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.HTTP_PORT || 8080) + '/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "apps/caserelay/dist/main.js"]
