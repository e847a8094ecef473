using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute.Distributed;

/// <summary>Where a process is reached by the others; both are words of the shell that starts it.</summary>
internal sealed record ProcessAddress(string Host, string Port);

/// <summary>
/// <c>distribution:</c> the processes of one command and the variables by which they find each other. Instances are counted as
/// nodes, also where all of them are this machine.
/// </summary>
internal sealed record Distribution
{
    // Each one is told of all others, and a program's argument has 128 KiB at most.
    private const int MostProcesses = 64;
    private const string ThisMachine = "127.0.0.1";

    public required string Type { get; init; }

    public required int Processes { get; init; }

    /// <summary>Of pytorch and mpi; the first ones are those of the first node.</summary>
    public int PerNode { get; init; } = 1;

    /// <summary>Of tensorflow: how many of the processes, the last ones, serve parameters.</summary>
    public int ParameterServers { get; init; }

    /// <summary>Null: one plain process. Ray's head is one too.</summary>
    /// <param name="settings">The step's, with expressions filled in.</param>
    public static Distribution? Read(JsonObject settings, int instances)
    {
        if (settings["distribution"] is not JsonObject given || given["type"]?.ToString() is not ("pytorch" or "mpi" or "tensorflow"))
            return null;

        var type = given["type"]!.ToString();
        var each = Count(given, "process_count_per_instance", 1);
        var servers = type == "tensorflow" ? Count(given, "parameter_server_count", 0) : 0;
        var read = type == "tensorflow"
            ? new Distribution { Type = type, Processes = Count(given, "worker_count", instances) + servers, ParameterServers = servers }
            : new Distribution { Type = type, Processes = instances * each, PerNode = each };
        return read.Processes is > 0 and <= MostProcesses
            ? read
            : throw SlipwayException.Invalid($"distribution asks for {read.Processes} processes; there may be 1 to {MostProcesses}.");
    }

    /// <summary>The variables of each process, by rank.</summary>
    /// <param name="at">Of the first process, where all meet; for tensorflow of each.</param>
    public IEnumerable<IReadOnlyDictionary<string, string>> Variables(IReadOnlyList<ProcessAddress> at) => Enumerable.Range(0, Processes).Select(rank => Type switch
    {
        "pytorch" => new Dictionary<string, string>
        {
            ["RANK"] = Text(rank),
            ["LOCAL_RANK"] = Text(rank % PerNode),
            ["NODE_RANK"] = Text(rank / PerNode),
            ["WORLD_SIZE"] = Text(Processes),
            ["MASTER_ADDR"] = at[0].Host,
            ["MASTER_PORT"] = at[0].Port,
        },
        "mpi" => new Dictionary<string, string>
        {
            ["OMPI_COMM_WORLD_RANK"] = Text(rank),
            ["OMPI_COMM_WORLD_SIZE"] = Text(Processes),
            ["OMPI_COMM_WORLD_LOCAL_RANK"] = Text(rank % PerNode),
            ["OMPI_COMM_WORLD_LOCAL_SIZE"] = Text(PerNode),
            ["AZ_BATCH_MASTER_NODE"] = $"{at[0].Host}:{at[0].Port}",
        },
        _ => new Dictionary<string, string> { ["TF_CONFIG"] = Cluster(rank, at) },
    });

    /// <summary>As many as <see cref="Variables"/> wants, on this machine; nobody listens there now.</summary>
    public IReadOnlyList<ProcessAddress> FreeAddresses()
    {
        var sockets = Enumerable.Range(0, Type == "tensorflow" ? Processes : 1).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            sockets.ForEach(socket => socket.Start());
            return [.. sockets.Select(socket => new ProcessAddress(ThisMachine, Text(((IPEndPoint)socket.LocalEndpoint).Port)))];
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    private string Cluster(int rank, IReadOnlyList<ProcessAddress> at)
    {
        var workers = Processes - ParameterServers;
        var cluster = new JsonObject { ["worker"] = Hosts(at.Take(workers)) };
        if (ParameterServers > 0)
            cluster["ps"] = Hosts(at.Skip(workers));
        var config = new JsonObject
        {
            ["cluster"] = cluster,
            ["task"] = new JsonObject { ["type"] = rank < workers ? "worker" : "ps", ["index"] = rank < workers ? rank : rank - workers },
            ["environment"] = "cloud",
        };
        return config.ToJsonString();
    }

    private static JsonArray Hosts(IEnumerable<ProcessAddress> at) => [.. at.Select(one => (JsonNode)$"{one.Host}:{one.Port}")];

    private static int Count(JsonObject given, string field, int absent) => given[field] is not { } value ? absent
        : int.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count
        : throw SlipwayException.Invalid($"distribution.{field} is '{value}'; it must be a whole number.");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
