package facade

import (
	"github.com/juju/errors"

	"github.com/juju/juju/rpc/params"

	"charmarr/testenv/juju-agent/internal/model"
)

// The address of the pod is what a unit binds to; the address of the application's Service is what others reach it at.
func init() {
	address := func(name string, of func(*Session) string) {
		uniter(name, func(s *Session, args params.Entities) params.StringResults {
			return params.StringResults{Results: each(s, args,
				func(*model.Unit) params.StringResult { return params.StringResult{Result: of(s)} },
				func(err *params.Error) params.StringResult { return params.StringResult{Error: err} })}
		})
	}
	address("PublicAddress", func(s *Session) string { return s.app().Address })
	address("PrivateAddress", func(s *Session) string { return s.self().Address })

	uniter("WatchUnitAddressesHash", func(s *Session, _ params.Entities) params.StringsWatchResults {
		// On Kubernetes only the address of the Service counts.
		return one(s.hash(s.ofApp(func(app *model.App) any { return app.Address })))
	})
	uniter("NetworkInfo", func(s *Session, args params.NetworkInfoParams) params.NetworkInfoResults {
		results := params.NetworkInfoResults{Results: map[string]params.NetworkInfoResult{}}
		for _, binding := range args.Endpoints {
			results.Results[binding] = s.networkInfo(binding)
		}
		return results
	})
	uniter("OpenedPortRangesByEndpoint", func(s *Session, _ none) params.OpenPortRangesByEndpointResults {
		result := params.OpenPortRangesByEndpointResult{UnitPortRanges: map[string][]params.OpenUnitPortRangesByEndpoint{}}
		for endpoint, ranges := range s.self().Ports {
			opened := params.OpenUnitPortRangesByEndpoint{Endpoint: endpoint, PortRanges: ranges}
			result.UnitPortRanges[s.unitTag()] = append(result.UnitPortRanges[s.unitTag()], opened)
		}
		return params.OpenPortRangesByEndpointResults{Results: []params.OpenPortRangesByEndpointResult{result}}
	})
}

func (s *Session) networkInfo(binding string) params.NetworkInfoResult {
	meta := s.app().Charm.Meta()
	_, isEndpoint := meta.CombinedRelations()[binding]
	_, isExtra := meta.ExtraBindings[binding]
	if !isEndpoint && !isExtra && binding != "juju-info" && binding != "" {
		return params.NetworkInfoResult{Error: failure(errors.NotValidf("binding name(s) %q", binding))}
	}
	return params.NetworkInfoResult{
		Info:             []params.NetworkInfo{{Addresses: []params.InterfaceAddress{{Address: s.self().Address}}}},
		EgressSubnets:    []string{s.app().Address + "/32"},
		IngressAddresses: []string{s.app().Address},
	}
}

// addresses is what Juju writes into a unit's databag.
func (s *Session) addresses() map[string]string {
	address := s.app().Address
	return map[string]string{"private-address": address, "ingress-address": address, "egress-subnets": address + "/32"}
}
