using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Slipway.Kernel;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Slipway.Jobs.Compute.Python;

/// <summary>What a conda file asks for, as pip writes it.</summary>
/// <param name="Packages">"numpy==1.21.*", "pandas&gt;=2"; also lines that only pip understands.</param>
/// <param name="Python">The version that it wants of Python, such as "3.8"; null: any.</param>
internal sealed partial record CondaFile(IReadOnlyList<string> Packages, string? Python)
{
    // What conda calls otherwise than pip.
    private static readonly Dictionary<string, string> s_names = new() { ["pytorch"] = "torch", ["py-xgboost"] = "xgboost", ["tensorflow-cpu"] = "tensorflow" };

    /// <param name="given">A path of a file, or the content.</param>
    public static CondaFile Read(JsonNode given) =>
        Read(given is JsonObject content ? content.ToJsonString() : File.ReadAllText(given.ToString()));

    internal static CondaFile Read(string yaml)
    {
        var packages = new List<string>();
        string? python = null;
        foreach (var entry in Dependencies(yaml))
        {
            if (entry is YamlMappingNode map && map.Children.FirstOrDefault(pair => pair.Key.ToString() == "pip").Value is YamlSequenceNode pip)
                packages.AddRange(pip.Children.Select(line => line.ToString().Trim()));
            else if (entry is YamlScalarNode { Value: { } text } && Package(text) is var (name, version))
                Add(name, version);
        }

        return new CondaFile(packages, python);

        void Add(string name, string version)
        {
            if (name == "python")
                python = version.TrimStart('=', '>', '<', '~', '!').Split(',')[0].TrimEnd('*').TrimEnd('.');
            else if (name != "pip")
                packages.Add(s_names.GetValueOrDefault(name, name) + version);
        }
    }

    private static IEnumerable<YamlNode> Dependencies(string yaml)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException exception)
        {
            throw SlipwayException.Invalid($"environment.conda_file is no YAML: {exception.Message}");
        }

        return stream.Documents is [{ RootNode: YamlMappingNode root }]
            && root.Children.FirstOrDefault(pair => pair.Key.ToString() == "dependencies").Value is YamlSequenceNode list
            ? list.Children
            : [];
    }

    /// <summary>"conda-forge::numpy=1.21=py38_0" → ("numpy", "==1.21.*").</summary>
    private static (string Name, string Version) Package(string text)
    {
        var match = PackagePattern().Match(text.Trim());
        if (!match.Success)
            throw SlipwayException.Invalid($"environment.conda_file has the dependency '{text}', which is no package; write name, name=1.2 or name>=1.2.");

        var version = match.Groups["version"].Value.Replace(" ", "", StringComparison.Ordinal);
        if (version.Length > 0 && char.IsAsciiDigit(version[0]))
            version = "==" + version;
        else if (version.StartsWith('=') && !version.StartsWith("==", StringComparison.Ordinal))
            version = $"={version}".Split('=') is [_, _, var number, ..] ? $"=={number.TrimEnd('*').TrimEnd('.')}.*" : "";
        return (match.Groups["name"].Value.ToLowerInvariant(), version);
    }

    [GeneratedRegex(@"\A([A-Za-z0-9_./-]+::)?(?<name>[A-Za-z0-9][A-Za-z0-9._-]*)(\[[^\]]*\])?\s*(?<version>[=<>!~ 0-9].*)?\z")]
    private static partial Regex PackagePattern();
}
