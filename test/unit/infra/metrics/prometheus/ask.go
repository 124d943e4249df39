//go:build ignore

// Asks the engine of Prometheus itself: how the answers in answers.jsonl were made.
//
//	go mod init ask && go get github.com/prometheus/prometheus@v0.315.0 && go mod tidy
//	go run ask.go < questions.json > answers
//
// questions.json: {"series": [{"labels": {…}, "samples": [[millis, value or null]]}], "queries": [{"q": "…", "at": millis}]};
// null is a stale marker. One answer a line, in the order of the queries; a vector in the order of its labels.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/tsdb"
)

type questions struct {
	Series []struct {
		Labels  map[string]string `json:"labels"`
		Samples [][]*float64      `json:"samples"`
	} `json:"series"`
	Queries []struct {
		Q  string  `json:"q"`
		At float64 `json:"at"`
	} `json:"queries"`
}

func main() {
	var asked questions
	check(json.NewDecoder(os.Stdin).Decode(&asked))
	folder, err := os.MkdirTemp("", "ask")
	check(err)
	defer os.RemoveAll(folder)
	db := store(folder, asked)
	engine := promql.NewEngine(promql.EngineOpts{
		MaxSamples: 1e7, Timeout: time.Minute, EnableNegativeOffset: true, EnableAtModifier: true,
		Parser: parser.NewParser(parser.Options{}),
	})
	out := json.NewEncoder(os.Stdout)
	for _, query := range asked.Queries {
		answer := map[string]any{"q": query.Q, "at": int64(query.At)}
		found, err := ask(engine, db, query.Q, time.UnixMilli(int64(query.At)))
		switch found := found.(type) {
		case promql.Vector:
			answer["vector"] = pairs(found)
		case promql.Scalar:
			answer["scalar"] = fmt.Sprint(found.V)
		}
		if err != nil {
			answer["error"] = strings.SplitN(err.Error(), ":", 2)[0]
		}
		check(out.Encode(answer))
	}
}

func store(folder string, asked questions) *tsdb.DB {
	options := tsdb.DefaultOptions()
	options.OutOfOrderTimeWindow = 1 << 40
	db, err := tsdb.Open(folder, slog.New(slog.NewTextHandler(io.Discard, nil)), nil, options, nil)
	check(err)
	appender := db.Appender(context.Background())
	for _, series := range asked.Series {
		for _, sample := range series.Samples {
			v := math.Float64frombits(value.StaleNaN)
			if sample[1] != nil {
				v = *sample[1]
			}
			_, err := appender.Append(0, labels.FromMap(series.Labels), int64(*sample[0]), v)
			check(err)
		}
	}
	check(appender.Commit())
	return db
}

func ask(engine *promql.Engine, db *tsdb.DB, query string, at time.Time) (parser.Value, error) {
	asked, err := engine.NewInstantQuery(context.Background(), db, nil, query, at)
	if err != nil {
		return nil, fmt.Errorf("bad_data: %w", err)
	}
	result := asked.Exec(context.Background())
	if result.Err != nil {
		return nil, fmt.Errorf("execution: %w", result.Err)
	}
	return result.Value, nil
}

func pairs(found promql.Vector) []any {
	sort.Slice(found, func(a, b int) bool { return labels.Compare(found[a].Metric, found[b].Metric) < 0 })
	pairs := []any{}
	for _, sample := range found {
		pairs = append(pairs, []any{sample.Metric.Map(), fmt.Sprint(sample.F)})
	}
	return pairs
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
