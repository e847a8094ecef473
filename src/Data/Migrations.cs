using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Data;

/// <summary>One numbered step of a module's schema.</summary>
public sealed record Migration(int Number, string Name, string Sql)
{
    /// <summary>Of the text as written, with line ends of any kind: what was applied never changes afterwards.</summary>
    public string Sha256 => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));
}

/// <summary>The schema of one module; registered in DI, in the order of the modules' dependencies.</summary>
public interface IMigrations
{
    string Module { get; }

    IReadOnlyList<Migration> All { get; }
}

/// <summary>The files Migrations/0001_name.sql that the build embeds into a module's assembly.</summary>
public sealed partial class EmbeddedMigrations : IMigrations
{
    public EmbeddedMigrations(string module, Assembly assembly)
    {
        Module = module;
        All =
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith("Migrations/", StringComparison.Ordinal))
                .Select(name => Read(assembly, name))
                .OrderBy(migration => migration.Number),
        ];
    }

    public string Module { get; }

    public IReadOnlyList<Migration> All { get; }

    private static Migration Read(Assembly assembly, string resource)
    {
        var match = FileName().Match(resource);
        if (!match.Success)
        {
            throw new InvalidOperationException(
                $"{assembly.GetName().Name}: '{resource}' is not named like Migrations/0001_what_it_does.sql.");
        }

        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return new Migration(
            int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), match.Groups[2].Value, reader.ReadToEnd());
    }

    [GeneratedRegex(@"\AMigrations/([0-9]{4})_([a-z0-9_]+)\.sql\z")]
    private static partial Regex FileName();
}
