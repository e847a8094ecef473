using System.Globalization;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Runtimes;

/// <summary>What the processes of a deployment find on local disk: the model, the code beside it, sockets.</summary>
internal sealed class DeploymentFolder : IDisposable
{
    // As Azure ML's examples call the folder that they register.
    private const string Model = "model";

    private static readonly string[] s_passedOn = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "TZ"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-dep-");
    private int _sockets;

    private readonly WorkerVariables _variables;
    private string _shown = "";

    private DeploymentFolder(ModelVersion version, DeploymentSettings settings)
    {
        Name = version.Node;
        ScriptFolder = settings.Code is null ? ModelFolder : CodeFolder;
        _variables = settings.EnvironmentVariables ?? [];
    }

    public string Name { get; }

    public string Path => _folder.FullName;

    public string ModelFolder => System.IO.Path.Combine(Path, "registered", Model);

    public string CodeFolder => System.IO.Path.Combine(Path, "code");

    /// <summary>Where a script lies, and runs.</summary>
    public string ScriptFolder { get; }

    /// <summary>The variables that the deployment gives itself.</summary>
    public IEnumerable<string> OwnVariables => _variables.Select(variable => $"{variable.Key}={variable.Value}");

    /// <summary>What Azure ML's scripts expect, and nothing of the server's own secrets.</summary>
    /// <param name="programs">A folder to put first in PATH; null: none.</param>
    public IEnumerable<string> Environment(string? programs = null) =>
    [
        .. s_passedOn.Where(name => System.Environment.GetEnvironmentVariable(name) is not null)
            .Except(_variables.Keys).Select(name => $"{name}={(name == "PATH" && programs is not null ? programs + ":" : "")}{System.Environment.GetEnvironmentVariable(name)}"),
        .. OwnVariables,
        $"AZUREML_MODEL_DIR={_shown}",
        $"AML_APP_ROOT={ScriptFolder}",
        "PYTHONDONTWRITEBYTECODE=1",
    ];

    public static async Task<DeploymentFolder> CreateAsync(
        ContentStore content, ModelVersion version, DeploymentSettings settings, CancellationToken ct)
    {
        var folder = new DeploymentFolder(version, settings);
        try
        {
            await content.MaterializeAsync(version.Tree, folder.ModelFolder, ct);
            folder.Show();
            Directory.CreateDirectory(folder.CodeFolder);
            if (settings.Code is { } code)
                await content.MaterializeAsync(Digest.Parse(code), folder.CodeFolder, ct);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>A path that a Unix socket can have: 107 bytes at most.</summary>
    public string NextSocket() =>
        System.IO.Path.Combine(Path, "s" + Interlocked.Increment(ref _sockets).ToString(CultureInfo.InvariantCulture));

    /// <summary>The script below the code, or below the model where no code is given; null: there is none.</summary>
    public string? FindScript(DeploymentSettings settings)
    {
        var root = System.IO.Path.GetFullPath(ScriptFolder);
        var path = System.IO.Path.GetFullPath(System.IO.Path.Combine(root, settings.ScoringScript ?? "score.py"));
        if (!path.StartsWith(root + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw SlipwayException.Invalid($"'scoring_script' is '{settings.ScoringScript}'; it is a path within the code.");
        return File.Exists(path) ? path : null;
    }

    // In Azure ML a folder that is registered keeps its name below AZUREML_MODEL_DIR, which a version here does not know: its files are there, and below "model" as well.
    private void Show()
    {
        var entries = new DirectoryInfo(ModelFolder).GetFileSystemInfos();
        _shown = ModelFolder;
        if (entries.Any(entry => entry.Name == Model))
            return;
        _shown = System.IO.Path.GetDirectoryName(ModelFolder)!;
        foreach (var entry in entries)
            File.CreateSymbolicLink(System.IO.Path.Combine(_shown, entry.Name), System.IO.Path.Combine(Model, entry.Name));
    }

    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A process that is being ended may still write here; the system cleans its temporary files.
        }
    }
}
