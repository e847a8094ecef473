using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway online-endpoint get-credentials, regenerate-keys.</summary>
internal static class EndpointKeys
{
    public static Command Credentials()
    {
        var name = Name();
        return ApiVerb.Create("get-credentials", "Show the keys of an endpoint, or make a token for it.", [name], async (client, parsed, format, ct) =>
        {
            var shown = (await client.PostAsync($"{EndpointCommands.Route(parsed.GetValue(name)!)}/credentials", new JsonObject(), ct))!.AsObject();
            foreach (var absent in shown.Where(field => field.Value is null).Select(field => field.Key).ToList())
                shown.Remove(absent);

            // Of all that az prints of endpoints these alone are camelCase: primaryKey, accessToken.
            Printer.ShowAsIs(shown, format);
            return 0;
        });
    }

    public static Command Regenerate()
    {
        var name = Name();
        var type = new Option<string>("--key-type") { Description = "primary or secondary.", DefaultValueFactory = _ => "primary" };
        var value = new Option<string?>("--key-value") { Description = "The new key; when absent, one is made." };
        return ApiVerb.Create("regenerate-keys", "Put a new key in the place of one; who sends the old one is refused.", [name, type, value, .. EndpointOptions.Accepted()], async (client, parsed, _, ct) =>
        {
            var body = new JsonObject { ["keyType"] = parsed.GetValue(type)!.ToLowerInvariant(), ["keyValue"] = parsed.GetValue(value) };
            await client.PostAsync($"{EndpointCommands.Route(parsed.GetValue(name)!)}/regenerate-keys", body, ct);
            return 0;
        });
    }

    private static Option<string> Name() => new("--name", "-n") { Description = "The endpoint's name.", Required = true };
}
