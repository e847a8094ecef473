using Slipway.Kernel;

namespace Slipway.Monitoring.Definitions;

/// <summary>What a request is about: a definition that it gives, or else a declared one that it names.</summary>
internal static class GivenDefinition
{
    /// <param name="what">"a monitor", for the refusal of a request that does neither.</param>
    public static async Task<T> ReadAsync<T>(string what, string? yaml, string? name, Func<string, T> read, Func<string, Task<T>> find) => (yaml, name) switch
    {
        ({ } given, _) => read(given),
        (null, { } known) => await find(known),
        _ => throw SlipwayException.Invalid($"Name {what}, or give its definition."),
    };
}
