namespace Slipway.Jobs.Assets;

/// <summary>What can be registered for jobs to use.</summary>
/// <param name="Name">As the kind of definition and in nodes: "component".</param>
/// <param name="Collection">In routes: "components".</param>
internal sealed record AssetKind(string Name, string Collection)
{
    public static AssetKind Component { get; } = new("component", "components");

    public static AssetKind Environment { get; } = new("environment", "environments");

    public static IReadOnlyList<AssetKind> All { get; } = [Component, Environment];

    public string Title => char.ToUpperInvariant(Name[0]) + Name[1..];
}
