using System.Globalization;
using System.Threading;

namespace Testbed.Explorer;

/// <summary>A thread that runs executions, one after the other, on an engine of its own.</summary>
internal sealed class Worker
{
    private readonly ExplorationOptions _options;
    private readonly ISearch _search;
    private readonly FailureReport _report;
    private readonly int? _processor;
    private readonly Action _stopped;

    /// <summary>Written by the worker before it runs anything, read by the watchdog.</summary>
    private volatile Engine? _engine;

    /// <summary>
    /// The execution that runs; written by the worker, read by the watchdog when that has come to a halt.
    /// </summary>
    private long _execution;

    /// <summary>Set by any thread; the worker passes it on to an engine that it makes later.</summary>
    private volatile bool _cancelled;

    private readonly StallClock _stall;

    /// <summary>Creates the worker.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="options">How.</param>
    /// <param name="search">What to run.</param>
    /// <param name="report">Makes the reports of failures.</param>
    /// <param name="processor">Where it runs, or null.</param>
    /// <param name="stopped">Called when it has stopped.</param>
    internal Worker(
        int number,
        ExplorationOptions options,
        ISearch search,
        FailureReport report,
        int? processor,
        Action stopped)
    {
        _options = options;
        _search = search;
        _report = report;
        _processor = processor;
        _stopped = stopped;
        _stall = new StallClock(options.StallLimit);
        var thread = new Thread(Run)
        {
            IsBackground = true,
            Name = string.Create(CultureInfo.InvariantCulture, $"explorer worker {number}"),
        };
        thread.Start();
    }

    /// <summary>What went wrong in the engine itself; read when the worker has stopped.</summary>
    internal Exception? Error { get; private set; }

    /// <summary>Hand-offs between threads of the system; read when the worker has stopped.</summary>
    internal long HandOffs { get; private set; }

    /// <summary>Ends the execution that runs. Any thread.</summary>
    internal void Cancel()
    {
        _cancelled = true;
        _engine?.Watch.Cancel();
    }

    /// <summary>A report if the execution that runs has come to a halt. Only the watchdog's thread.</summary>
    internal Failure? FindStall()
        => _engine is { } engine && _stall.Find(engine.Watch) is { } silence
            ? _report.CreateStalled(engine, Volatile.Read(ref _execution), silence)
            : null;

    private void Run()
    {
        try
        {
            using var engine = new Engine(_options.HandOff, _processor);
            _engine = engine;
            if (_cancelled)
            {
                return;
            }

            _search.Explore(engine, execution => Volatile.Write(ref _execution, execution));
            HandOffs = engine.HandOffs;
        }
        catch (Exception error)
        {
            Error = error;
            _search.Close();
        }
        finally
        {
            _engine = null;
            _stopped();
        }
    }
}
