using System.Globalization;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Runtimes;

/// <summary>What the processes of a deployment find on local disk: the model, the code beside it, sockets.</summary>
internal sealed class DeploymentFolder : IDisposable
{
    private static readonly string[] s_passedOn = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "TZ"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-dep-");
    private int _sockets;

    private readonly WorkerVariables _variables;

    private DeploymentFolder(ModelVersion version, DeploymentSettings settings)
    {
        Name = version.Node;
        _variables = settings.EnvironmentVariables ?? [];
    }

    public string Name { get; }

    public string Path => _folder.FullName;

    public string ModelFolder => System.IO.Path.Combine(Path, "model");

    public string CodeFolder => System.IO.Path.Combine(Path, "code");

    /// <summary>The variables that the deployment gives itself.</summary>
    public IEnumerable<string> OwnVariables => _variables.Select(variable => $"{variable.Key}={variable.Value}");

    /// <summary>What Azure ML's scripts expect, and nothing of the server's own secrets.</summary>
    /// <param name="programs">A folder to put first in PATH; null: none.</param>
    public IEnumerable<string> Environment(string? programs = null) =>
    [
        .. s_passedOn.Where(name => System.Environment.GetEnvironmentVariable(name) is not null)
            .Except(_variables.Keys).Select(name => $"{name}={(name == "PATH" && programs is not null ? programs + ":" : "")}{System.Environment.GetEnvironmentVariable(name)}"),
        .. OwnVariables,
        $"AZUREML_MODEL_DIR={ModelFolder}",
        $"AML_APP_ROOT={CodeFolder}",
        "PYTHONDONTWRITEBYTECODE=1",
    ];

    public static async Task<DeploymentFolder> CreateAsync(
        ContentStore content, ModelVersion version, DeploymentSettings settings, CancellationToken ct)
    {
        var folder = new DeploymentFolder(version, settings);
        try
        {
            await content.MaterializeAsync(version.Tree, folder.ModelFolder, ct);
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
        var root = System.IO.Path.GetFullPath(settings.Code is null ? ModelFolder : CodeFolder);
        var path = System.IO.Path.GetFullPath(System.IO.Path.Combine(root, settings.ScoringScript ?? "score.py"));
        if (!path.StartsWith(root + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw SlipwayException.Invalid($"'scoring_script' is '{settings.ScoringScript}'; it is a path within the code.");
        return File.Exists(path) ? path : null;
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
