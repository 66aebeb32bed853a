namespace Testbed.Explorer;

/// <summary>What the workers of an exploration do: which executions there are, and what came of them.</summary>
internal interface ISearch
{
    /// <summary>Runs executions until there is none left. Each worker calls it once, on its own thread.</summary>
    /// <param name="engine">The worker's engine.</param>
    /// <param name="begun">Told the number of each execution before it begins.</param>
    void Explore(Engine engine, Action<long> begun);

    /// <summary>No further execution is to begin. Any thread.</summary>
    void Close();

    /// <summary>How far it has come. Any thread.</summary>
    /// <param name="elapsed">Time since the start.</param>
    ExplorationProgress Progress(TimeSpan elapsed);

    /// <summary>How far it has come, its failures and its scenario's name left out. Any thread.</summary>
    SearchRecord Snapshot();

    /// <summary>What came of it; no worker calls in here any more, save one that hangs.</summary>
    SearchOutcome Finish();
}
