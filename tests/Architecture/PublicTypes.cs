using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Xunit;

namespace Slipway.Architecture;

public sealed class PublicTypes
{
    // Kernel, Data, the engines and Client are libraries: what they show at their root is what they are for.
    public static TheoryData<string> Modules =>
    [
        "Security", "Lake", "Tracking", "Registry", "Jobs", "Etl", "Training", "Serving", "Monitoring", "Server",
    ];

    [Theory]
    [MemberData(nameof(Modules))]
    public void A_module_shows_only_its_contracts_and_its_entry(string module)
    {
        var strays = TypesShownBy(module)
            .Where(type => !IsContract(module, type) && !IsEntry(module, type))
            .Select(type => $"{type.Namespace}.{type.Name} is public: make it internal, or promise it in Contracts/");

        Findings.None(strays);
    }

    private static bool IsContract(string module, (string Namespace, string Name) type) =>
        (type.Namespace + ".").StartsWith($"Slipway.{module}.Contracts.", StringComparison.Ordinal);

    private static bool IsEntry(string module, (string Namespace, string Name) type) =>
        type.Namespace == $"Slipway.{module}" && type.Name.EndsWith("Module", StringComparison.Ordinal);

    // Read as metadata, not loaded: no static constructor runs and no native engine is looked for.
    private static List<(string Namespace, string Name)> TypesShownBy(string module)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, $"Slipway.{module}.dll")));
        var metadata = file.GetMetadataReader();
        return
        [
            .. metadata.TypeDefinitions
                .Select(metadata.GetTypeDefinition)
                .Where(type => (type.Attributes & TypeAttributes.VisibilityMask) == TypeAttributes.Public)
                .Select(type => (metadata.GetString(type.Namespace), metadata.GetString(type.Name))),
        ];
    }
}
