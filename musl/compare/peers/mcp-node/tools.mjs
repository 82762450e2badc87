// The two tools, for the servers of both npm packages.
import { z } from "zod";

export function register(server) {
  server.registerTool(
    "forecast",
    {
      description: "The weather of the next days in a city",
      inputSchema: z.object({ city: z.string(), days: z.int() }),
    },
    ({ city, days }) => {
      const celsius = Array.from({ length: days }, (_, day) => degrees(city, day + 1));
      return text(`${city}: ${celsius.join(", ")} degrees`);
    },
  );
  server.registerTool(
    "compare",
    {
      description: "Which of two cities is warmer",
      inputSchema: z.object({ one: z.string(), other: z.string() }),
    },
    ({ one, other }) => text(degrees(one, 1) < degrees(other, 1) ? other : one),
  );
  return server;
}

function text(text) {
  return { content: [{ type: "text", text }] };
}

// What a weather service would say.
function degrees(city, day) {
  return 10 + ((Buffer.byteLength(city) + day) % 10);
}
