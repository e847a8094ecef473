using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions.Yaml;

namespace Slipway.Jobs.Definitions;

/// <summary>Checks that local files are there, and are what their types say.</summary>
internal static class LocalFileCheck
{
    public static void Run(IEnumerable<SourceFile> files, Func<string, LocalKind> look, Problems problems)
    {
        foreach (var file in files)
        {
            foreach (var named in file.Check.Files)
            {
                var scalar = OwnExpressions.Scalars(file.Root, "").Where(found => found.Path == named.Field).Select(found => found.Scalar).FirstOrDefault();
                var wrong = Wrong(named, TypeBeside(file.Root, named.Field), look);
                if (wrong is not null)
                    problems.Add(scalar?.Place ?? file.Root.Place, named.Field, wrong);
            }
        }
    }

    private static string? Wrong(Schema.NamedFile named, string? type, Func<string, LocalKind> look)
    {
        var key = named.Path.Key;
        return (look(key), type) switch
        {
            (LocalKind.Missing, _) => $"'{named.Path.Text}' does not exist (looked for '{key}').",
            (LocalKind.EmptyFolder, _) when named.Field.Split('.')[^1] == "code" => $"The folder '{named.Path.Text}' is empty.",
            (LocalKind.Folder or LocalKind.EmptyFolder, "uri_file") => $"'{named.Path.Text}' is a folder, and the type is uri_file.",
            (LocalKind.File, "uri_folder") => $"'{named.Path.Text}' is a file, and the type is uri_folder.",
            (LocalKind.Folder, "mltable") when look($"{key}/MLTable") == LocalKind.Missing => $"'{named.Path.Text}' holds no file MLTable, and the type is mltable.",
            (LocalKind.Folder, "mlflow_model") when look($"{key}/MLmodel") == LocalKind.Missing => $"'{named.Path.Text}' holds no file MLmodel, and the type is mlflow_model.",
            _ => null,
        };
    }

    // The type stands beside the path: {type: uri_file, path: x}.
    private static string? TypeBeside(YamlMap root, string field)
    {
        var parts = field.Split('.');
        if (parts[^1] != "path")
            return null;
        var map = parts[..^1].Aggregate<string, YamlMap?>(root, (at, part) => at?.Map(part));
        return map?.Text("type");
    }
}
